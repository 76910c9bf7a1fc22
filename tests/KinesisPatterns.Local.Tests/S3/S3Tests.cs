using System.Security.Cryptography;
using System.Text;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;

namespace KinesisPatterns.Local.Tests.S3;

/// <summary>S3 as the unmodified AWS SDK sees it.</summary>
public sealed class S3Tests : IAsyncLifetime
{
    private const string Bucket = "demo-files";

    private TestStack _stack = null!;
    private AmazonS3Client _s3 = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        (_stack, var host) = await TestStack.StartAsync("""{ "Files": { "Type": "AWS::S3::Bucket" } }""");
        _s3 = new(new BasicAWSCredentials("local", "local"), new AmazonS3Config { ServiceURL = host.Endpoint.ToString(), AuthenticationRegion = "us-east-1" });
    }

    public async ValueTask DisposeAsync()
    {
        _s3.Dispose();
        await _stack.DisposeAsync();
    }

    [Fact]
    public async Task Keeps_an_object_with_its_type_and_metadata()
    {
        var put = new PutObjectRequest { BucketName = Bucket, Key = "a/b.txt", ContentBody = "hello", ContentType = "text/plain" };
        put.Metadata.Add("origin", "test");

        await _s3.PutObjectAsync(put, Cancellation);

        using var got = await _s3.GetObjectAsync(Bucket, "a/b.txt", Cancellation);
        Assert.Equal("hello", await new StreamReader(got.ResponseStream).ReadToEndAsync(Cancellation));
        Assert.Equal("text/plain", got.Headers.ContentType);
        Assert.Equal("test", got.Metadata["origin"]);
        Assert.Equal($"\"{Convert.ToHexStringLower(MD5.HashData("hello"u8))}\"", got.ETag);
    }

    [Fact]
    public async Task Takes_a_streamed_upload_with_a_trailing_checksum_off_its_framing()
    {
        var content = RandomNumberGenerator.GetBytes(300_000);

        await _s3.PutObjectAsync(new() { BucketName = Bucket, Key = "big", InputStream = new MemoryStream(content), UseChunkEncoding = true, ChecksumAlgorithm = ChecksumAlgorithm.SHA256 }, Cancellation);

        Assert.Equal(content, await ReadAsync("big"));
    }

    [Fact]
    public async Task Puts_the_parts_of_a_multipart_upload_together()
    {
        var parts = new[] { RandomNumberGenerator.GetBytes(5 << 20), RandomNumberGenerator.GetBytes(1000) };
        var upload = await _s3.InitiateMultipartUploadAsync(Bucket, "parts", Cancellation);
        var tags = new List<PartETag>();
        foreach (var (i, part) in parts.Index())
        {
            var answer = await _s3.UploadPartAsync(new() { BucketName = Bucket, Key = "parts", UploadId = upload.UploadId, PartNumber = i + 1, InputStream = new MemoryStream(part) }, Cancellation);
            tags.Add(new(i + 1, answer.ETag));
        }

        await _s3.CompleteMultipartUploadAsync(new() { BucketName = Bucket, Key = "parts", UploadId = upload.UploadId, PartETags = tags }, Cancellation);

        Assert.Equal(parts.SelectMany(p => p), await ReadAsync("parts"));
    }

    [Fact]
    public async Task Reads_a_range()
    {
        await PutAsync("digits", "0123456789");

        using var got = await _s3.GetObjectAsync(new() { BucketName = Bucket, Key = "digits", ByteRange = new(2, 4) }, Cancellation);

        Assert.Equal("234", await new StreamReader(got.ResponseStream).ReadToEndAsync(Cancellation));
    }

    [Fact]
    public async Task Lists_by_prefix_and_delimiter_in_pages()
    {
        foreach (var key in (string[])["logs/1", "logs/2", "logs/deep/3", "other"])
        {
            await PutAsync(key, key);
        }

        var first = await _s3.ListObjectsV2Async(new() { BucketName = Bucket, Prefix = "logs/", Delimiter = "/", MaxKeys = 2 }, Cancellation);
        var second = await _s3.ListObjectsV2Async(new() { BucketName = Bucket, Prefix = "logs/", Delimiter = "/", MaxKeys = 2, ContinuationToken = first.NextContinuationToken }, Cancellation);

        Assert.Equal(["logs/1", "logs/2"], first.S3Objects.Select(o => o.Key));
        Assert.True(first.IsTruncated);
        Assert.Equal(["logs/deep/"], second.CommonPrefixes);
        Assert.False(second.IsTruncated);
    }

    [Fact]
    public async Task Keeps_an_object_whose_key_is_the_folder_of_another()
    {
        await PutAsync("a", "file");
        await PutAsync("a/b", "below");

        Assert.Equal("file", Encoding.UTF8.GetString(await ReadAsync("a")));
        Assert.Equal("below", Encoding.UTF8.GetString(await ReadAsync("a/b")));
    }

    [Fact]
    public async Task Deletes_several_objects_at_once()
    {
        await PutAsync("x", "1");
        await PutAsync("y", "2");

        await _s3.DeleteObjectsAsync(new() { BucketName = Bucket, Objects = [new() { Key = "x" }, new() { Key = "y" }] }, Cancellation);

        Assert.Equal(0, (await _s3.ListObjectsV2Async(new() { BucketName = Bucket }, Cancellation)).KeyCount);
    }

    [Fact]
    public async Task Copies_an_object()
    {
        await PutAsync("from", "copied");

        await _s3.CopyObjectAsync(Bucket, "from", Bucket, "to", Cancellation);

        Assert.Equal("copied", Encoding.UTF8.GetString(await ReadAsync("to")));
    }

    [Fact]
    public async Task Says_that_an_object_or_a_bucket_is_not_there()
    {
        var noKey = await Assert.ThrowsAnyAsync<AmazonS3Exception>(() => _s3.GetObjectAsync(Bucket, "nothing", Cancellation));
        var noBucket = await Assert.ThrowsAnyAsync<AmazonS3Exception>(() => _s3.GetObjectAsync("no-such-bucket", "x", Cancellation));

        Assert.Equal("NoSuchKey", noKey.ErrorCode);
        Assert.Equal("NoSuchBucket", noBucket.ErrorCode);
    }

    private Task PutAsync(string key, string content) =>
        _s3.PutObjectAsync(new() { BucketName = Bucket, Key = key, ContentBody = content }, Cancellation);

    private async Task<byte[]> ReadAsync(string key)
    {
        using var got = await _s3.GetObjectAsync(Bucket, key, Cancellation);
        using var content = new MemoryStream();
        await got.ResponseStream.CopyToAsync(content, Cancellation);
        return content.ToArray();
    }
}
