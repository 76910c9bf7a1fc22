using System.Collections.Concurrent;
using System.Globalization;
using System.Xml.Linq;
using KinesisPatterns.Local.Iam;
using KinesisPatterns.Local.State;
using Microsoft.AspNetCore.Http;

namespace KinesisPatterns.Local.S3;

/// <summary>S3 over folders: objects, listings, multipart uploads, both addressing styles.</summary>
internal sealed class S3Service(string root, TimeProvider clock, HostState? state = null)
{
    private static readonly XNamespace Xml = "http://s3.amazonaws.com/doc/2006-03-01/";

    private readonly ConcurrentDictionary<string, Bucket> _buckets = new(StringComparer.Ordinal);
    private readonly MultipartUploads _uploads = new();

    public IEnumerable<Bucket> Buckets => _buckets.Values;

    public Bucket CreateBucket(string name) => _buckets.GetOrAdd(name, n => new(n, Path.Combine(root, n), clock, state is null ? null : new(state, n)));

    public Bucket Bucket(string name) =>
        _buckets.GetValueOrDefault(name) ?? throw new S3Error(404, "NoSuchBucket", "The specified bucket does not exist");

    public async Task HandleAsync(HttpContext context)
    {
        try
        {
            var (bucket, key) = Address(context.Request);
            S3Rights.Demand(context, bucket, key);
            await (bucket.Length == 0 ? ListBucketsAsync(context)
                : key.Length == 0 ? BucketAsync(context, bucket)
                : ObjectAsync(context, Bucket(bucket), key));
        }
        catch (AccessDeniedException denied)
        {
            await WriteAsync(context, 403, new("Error", new XElement("Code", "AccessDenied"), new XElement("Message", denied.Message)));
        }
        catch (S3Error error)
        {
            await WriteAsync(context, error.Status, new("Error", new XElement("Code", error.Code), new XElement("Message", error.Message)));
        }
        catch (FormatException error)
        {
            await WriteAsync(context, 400, new("Error", new XElement("Code", "InvalidRequest"), new XElement("Message", error.Message)));
        }
    }

    // https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
    private (string Bucket, string Key) Address(HttpRequest request)
    {
        var path = Uri.UnescapeDataString(request.Path.ToUriComponent()).TrimStart('/');
        var host = request.Host.Host;
        var dot = host.IndexOf('.', StringComparison.Ordinal);
        if (dot > 0 && host.EndsWith("localhost", StringComparison.Ordinal) && _buckets.ContainsKey(host[..dot]))
        {
            return (host[..dot], path);
        }

        var slash = path.IndexOf('/', StringComparison.Ordinal);
        return slash < 0 ? (path, "") : (path[..slash], path[(slash + 1)..]);
    }

    private Task ListBucketsAsync(HttpContext context) =>
        WriteAsync(context, 200, new(Xml + "ListAllMyBucketsResult", new XElement(Xml + "Buckets",
            _buckets.Values.OrderBy(b => b.Name, StringComparer.Ordinal).Select(b => new XElement(Xml + "Bucket",
                new XElement(Xml + "Name", b.Name), new XElement(Xml + "CreationDate", Iso(b.Created)))))));

    private async Task BucketAsync(HttpContext context, string name)
    {
        var query = context.Request.Query;
        switch (context.Request.Method)
        {
            case "PUT":
                CreateBucket(name);
                context.Response.Headers.Location = $"/{name}";
                break;
            case "HEAD":
                Bucket(name);
                break;
            case "POST" when query.ContainsKey("delete"):
                await DeleteManyAsync(context, Bucket(name));
                break;
            case "GET" when query.ContainsKey("location"):
                await WriteAsync(context, 200, new(Xml + "LocationConstraint"));
                break;
            case "GET":
                await WriteAsync(context, 200, Listing.Of(Bucket(name), query, Xml));
                break;
            case "DELETE":
                Delete(Bucket(name));
                context.Response.StatusCode = 204;
                break;
            default:
                throw new S3Error(405, "MethodNotAllowed", "The specified method is not allowed against this resource.");
        }
    }

    private void Delete(Bucket bucket)
    {
        if (bucket.Objects.Count > 0)
        {
            throw new S3Error(409, "BucketNotEmpty", "The bucket you tried to delete is not empty.");
        }

        _buckets.TryRemove(bucket.Name, out _);
    }

    private static async Task DeleteManyAsync(HttpContext context, Bucket bucket)
    {
        var request = XDocument.Parse(System.Text.Encoding.UTF8.GetString(await S3Body.ReadAsync(context)));
        var keys = request.Descendants().Where(e => e.Name.LocalName == "Key").Select(e => e.Value).ToList();
        var refused = keys.Select(k => (Key: k, Why: S3Rights.DeleteRefusal(context, bucket.Name, k))).ToLookup(k => k.Why is not null);
        foreach (var (key, _) in refused[false])
        {
            bucket.Remove(key);
        }

        await WriteAsync(context, 200, new(Xml + "DeleteResult",
            refused[false].Select(k => new XElement(Xml + "Deleted", new XElement(Xml + "Key", k.Key))),
            refused[true].Select(k => new XElement(Xml + "Error", new XElement(Xml + "Key", k.Key), new XElement(Xml + "Code", "AccessDenied"), new XElement(Xml + "Message", k.Why)))));
    }

    private async Task ObjectAsync(HttpContext context, Bucket bucket, string key)
    {
        var request = context.Request;
        switch (request.Method)
        {
            case "POST" when request.Query.ContainsKey("uploads"):
                await WriteAsync(context, 200, new(Xml + "InitiateMultipartUploadResult", new XElement(Xml + "Bucket", bucket.Name),
                    new XElement(Xml + "Key", key), new XElement(Xml + "UploadId", _uploads.Start(bucket, key, S3Body.Kept(request)))));
                break;
            case "PUT" when request.Query.ContainsKey("uploadId"):
                context.Response.Headers.ETag = _uploads.Part(request.Query["uploadId"]!, Number(request.Query["partNumber"]), await S3Body.ReadAsync(context));
                break;
            case "POST" when request.Query.ContainsKey("uploadId"):
                var done = await _uploads.CompleteAsync(request.Query["uploadId"]!, await S3Body.ReadAsync(context), context.RequestAborted);
                await WriteAsync(context, 200, new(Xml + "CompleteMultipartUploadResult", new XElement(Xml + "Bucket", bucket.Name),
                    new XElement(Xml + "Key", key), new XElement(Xml + "ETag", $"\"{done.ETag}\"")));
                break;
            case "DELETE" when request.Query.ContainsKey("uploadId"):
                _uploads.Abort(request.Query["uploadId"]!);
                context.Response.StatusCode = 204;
                break;
            case "PUT" when request.Headers.ContainsKey("x-amz-copy-source"):
                var copy = await CopyAsync(request, bucket, key, context.RequestAborted);
                await WriteAsync(context, 200, new(Xml + "CopyObjectResult", new XElement(Xml + "ETag", $"\"{copy.ETag}\""), new XElement(Xml + "LastModified", Iso(copy.LastModified))));
                break;
            case "PUT":
                var put = await bucket.PutAsync(key, new MemoryStream(await S3Body.ReadAsync(context)), S3Body.Kept(request), context.RequestAborted);
                context.Response.Headers.ETag = $"\"{put.ETag}\"";
                break;
            case "GET" or "HEAD":
                await ReadAsync(context, bucket.Find(key) ?? throw S3Rights.Missing(context, bucket.Name));
                break;
            case "DELETE":
                bucket.Remove(key);
                context.Response.StatusCode = 204;
                break;
            default:
                throw new S3Error(405, "MethodNotAllowed", "The specified method is not allowed against this resource.");
        }
    }

    private async Task<ObjectInfo> CopyAsync(HttpRequest request, Bucket bucket, string key, CancellationToken cancellation)
    {
        var parts = Uri.UnescapeDataString(request.Headers["x-amz-copy-source"].ToString()).TrimStart('/').Split('/', 2);
        var source = Bucket(parts[0]).Find(parts[1]) ?? throw new S3Error(404, "NoSuchKey", "The specified key does not exist.");
        await using var content = File.OpenRead(source.File);
        return await bucket.PutAsync(key, content, source.Headers, cancellation);
    }

    private static async Task ReadAsync(HttpContext context, ObjectInfo info)
    {
        var response = context.Response;
        foreach (var (name, value) in info.Headers)
        {
            response.Headers[name] = value;
        }

        response.Headers.ETag = $"\"{info.ETag}\"";
        response.Headers.LastModified = info.LastModified.ToString("R", CultureInfo.InvariantCulture);
        response.Headers.AcceptRanges = "bytes";
        var (start, end) = ByteRange(context.Request.Headers.Range.ToString(), info.Size);
        if (context.Request.Headers.Range.Count > 0)
        {
            response.StatusCode = 206;
            response.Headers.ContentRange = $"bytes {start}-{end}/{info.Size}";
        }

        response.ContentLength = end - start + 1;
        if (context.Request.Method == "GET")
        {
            await response.SendFileAsync(info.File, start, end - start + 1, context.RequestAborted);
        }
    }

    private static (long Start, long End) ByteRange(string header, long size)
    {
        if (header.Length == 0)
        {
            return (0, size - 1);
        }

        var parts = header.Replace("bytes=", "", StringComparison.Ordinal).Split('-');
        var start = parts[0].Length == 0 ? Math.Max(0, size - Number(parts[1])) : Number(parts[0]);
        var end = parts[0].Length == 0 || parts[1].Length == 0 ? size - 1 : Math.Min(Number(parts[1]), size - 1);
        return start < size ? (start, end) : throw new S3Error(416, "InvalidRange", "The requested range is not satisfiable");
    }

    private static int Number(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new S3Error(400, "InvalidArgument", $"expected a number, got '{text}'");

    internal static string Iso(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static async Task WriteAsync(HttpContext context, int status, XElement body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/xml";
        await context.Response.WriteAsync($"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{body}", context.RequestAborted);
    }
}
