using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;

namespace KinesisPatterns.Local.S3;

/// <summary>Multipart uploads under way.</summary>
/// <remarks>https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html</remarks>
internal sealed class MultipartUploads
{
    private sealed record Upload(Bucket Bucket, string Key, IReadOnlyDictionary<string, string> Headers, ConcurrentDictionary<int, byte[]> Parts);

    private readonly ConcurrentDictionary<string, Upload> _uploads = new(StringComparer.Ordinal);

    public string Start(Bucket bucket, string key, IReadOnlyDictionary<string, string> headers)
    {
        var id = Guid.NewGuid().ToString("N");
        _uploads[id] = new(bucket, key, headers, new());
        return id;
    }

    public string Part(string uploadId, int number, byte[] content)
    {
        Find(uploadId).Parts[number] = content;
        return $"\"{Digest(content)}\"";
    }

    public void Abort(string uploadId) => _uploads.TryRemove(uploadId, out _);

    public async Task<ObjectInfo> CompleteAsync(string uploadId, byte[] request, CancellationToken cancellation)
    {
        var upload = Find(uploadId);
        using var whole = new MemoryStream();
        foreach (var number in Numbers(request))
        {
            var part = upload.Parts.GetValueOrDefault(number)
                ?? throw new S3Error(400, "InvalidPart", $"One or more of the specified parts could not be found: {number}.");
            whole.Write(part);
        }

        whole.Position = 0;
        var info = await upload.Bucket.PutAsync(upload.Key, whole, upload.Headers, cancellation);
        _uploads.TryRemove(uploadId, out _);
        return info;
    }

    private static IEnumerable<int> Numbers(byte[] request) =>
        XDocument.Parse(Encoding.UTF8.GetString(request)).Descendants()
            .Where(e => e.Name.LocalName == "PartNumber")
            .Select(e => int.Parse(e.Value, CultureInfo.InvariantCulture));

    private Upload Find(string uploadId) =>
        _uploads.GetValueOrDefault(uploadId) ?? throw new S3Error(404, "NoSuchUpload", "The specified multipart upload does not exist.");

    // S3's ETag is an MD5 by contract, not a protection.
    private static string Digest(byte[] content) => Convert.ToHexStringLower(MD5.HashData(content));
}
