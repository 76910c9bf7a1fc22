using Microsoft.AspNetCore.Http;

namespace KinesisPatterns.Local.S3;

/// <summary>The body of an upload, and the headers that S3 keeps with it.</summary>
internal static class S3Body
{
    public static async Task<byte[]> ReadAsync(HttpContext context)
    {
        var request = context.Request;
        var framed = request.Headers.ContentEncoding.ToString().Contains("aws-chunked", StringComparison.OrdinalIgnoreCase)
            || request.Headers["x-amz-content-sha256"].ToString().StartsWith("STREAMING-", StringComparison.Ordinal);
        if (framed)
        {
            return await AwsChunkedStream.DecodeAsync(request.BodyReader, context.RequestAborted);
        }

        using var content = new MemoryStream();
        await request.BodyReader.CopyToAsync(content, context.RequestAborted);
        return content.ToArray();
    }

    public static Dictionary<string, string> Kept(HttpRequest request)
    {
        var kept = request.Headers
            .Where(h => h.Key.StartsWith("x-amz-meta-", StringComparison.OrdinalIgnoreCase) || h.Key is "Content-Type" or "Cache-Control" or "Content-Disposition")
            .ToDictionary(h => h.Key, h => h.Value.ToString());
        var encoding = string.Join(',', request.Headers.ContentEncoding.ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Where(e => e != "aws-chunked"));
        if (encoding.Length > 0)
        {
            kept["Content-Encoding"] = encoding;
        }

        return kept;
    }
}
