using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace KinesisPatterns.Local.Faults;

/// <summary>Reads and replaces the bodies of requests and answers.</summary>
internal static class Exchange
{
    /// <summary>The body of a request, unpacked.</summary>
    public static async Task<byte[]> BodyOfAsync(HttpContext context)
    {
        using var bytes = new MemoryStream();
        var isPacked = context.Request.Headers.ContentEncoding == "gzip";
        await (isPacked ? new GZipStream(context.Request.Body, CompressionMode.Decompress) : context.Request.Body).CopyToAsync(bytes, context.RequestAborted);
        return bytes.ToArray();
    }

    /// <summary>Gives a request another body, not packed.</summary>
    public static void Replace(HttpContext context, byte[] body)
    {
        context.Request.Headers.Remove("Content-Encoding");
        context.Request.ContentLength = body.Length;
        context.Request.Body = new MemoryStream(body);
    }

    /// <summary>Lets the services do their work and keeps what they answer from the caller.</summary>
    public static async Task<(int Status, byte[] Body)> AnswerOfAsync(HttpContext context, Func<HttpContext, Task> services)
    {
        var real = context.Features.Get<IHttpResponseBodyFeature>()!;
        using var bytes = new MemoryStream();
        var kept = new StreamResponseBodyFeature(bytes);
        context.Features.Set<IHttpResponseBodyFeature>(kept);
        try
        {
            await services(context);
            await kept.CompleteAsync();
        }
        finally
        {
            context.Features.Set(real);
        }

        var status = context.Response.StatusCode;
        context.Response.ContentLength = null;
        return (status, bytes.ToArray());
    }

    public static async Task AnswerAsync(HttpContext context, int status, string type, byte[] body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        context.Response.ContentLength = body.Length;
        context.Response.Headers["x-amzn-RequestId"] = Guid.NewGuid().ToString();
        await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}
