using System.IO.Compression;
using System.Runtime.CompilerServices;
using Amazon.S3;
using Amazon.S3.Model;

namespace KinesisPatterns.Replay;

/// <summary>What Firehose has delivered to S3: an event a line, compressed or not.</summary>
/// <param name="s3">The service.</param>
/// <param name="bucket">The bucket.</param>
/// <param name="prefix">What the keys of the events start with; what could not be delivered lies under another one.</param>
public sealed class S3Archive(IAmazonS3 s3, string bucket, string prefix) : IEventArchive
{
    // https://docs.aws.amazon.com/firehose/latest/dev/s3-object-name.html
    private const string GZip = ".gz";

    /// <inheritdoc/>
    public async IAsyncEnumerable<ArchiveObject> ListAsync(string? after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var request = new ListObjectsV2Request { BucketName = bucket, Prefix = prefix, StartAfter = after };
        do
        {
            var page = await s3.ListObjectsV2Async(request, cancellation);
            foreach (var found in page.S3Objects ?? [])
            {
                yield return new(found.Key, found.LastModified?.ToUniversalTime() ?? DateTime.MaxValue);
            }

            request.ContinuationToken = page.NextContinuationToken;
        }
        while (request.ContinuationToken is not null);
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> ReadAsync(string key, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var answer = await s3.GetObjectAsync(bucket, key, cancellation);
        var isCompressed = key.EndsWith(GZip, StringComparison.Ordinal);
        using var reader = new StreamReader(isCompressed ? new GZipStream(answer.ResponseStream, CompressionMode.Decompress) : answer.ResponseStream);
        while (await reader.ReadLineAsync(cancellation) is { } line)
        {
            yield return line;
        }
    }
}
