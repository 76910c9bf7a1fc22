using System.Text.Json;
using System.Text.Json.Nodes;
using KinesisPatterns.Local.Iam;
using Microsoft.AspNetCore.Http;

namespace KinesisPatterns.Local.Hosting;

/// <summary>An error that an AWS JSON service answers.</summary>
internal sealed class AwsJsonError(string code, string message, int status = 400, JsonObject? details = null) : Exception(message)
{
    /// <summary>What the error says beyond its message.</summary>
    public JsonObject Details { get; } = details ?? [];

    public string Code { get; } = code;

    public int Status { get; } = status;
}

/// <summary>AWS's JSON 1.0 and 1.1 protocols for services whose calls are few.</summary>
/// <remarks>https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html</remarks>
internal static class AwsJson
{
    /// <summary>Answers a call; <paramref name="isRead"/> says that its body was read before.</summary>
    public static async Task ServeAsync(HttpContext context, Func<string, JsonObject, Task<JsonObject?>> operation, bool isRead = false)
    {
        try
        {
            var target = context.Request.Headers["X-Amz-Target"].ToString();
            var request = isRead ? [] : await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted) as JsonObject ?? [];
            var answer = await operation(target[(target.LastIndexOf('.') + 1)..], request);
            await WriteAsync(context, 200, answer);
        }
        catch (JsonException error)
        {
            await ErrorAsync(context, new("SerializationException", error.Message));
        }
        catch (AccessDeniedException denied)
        {
            await ErrorAsync(context, AccessDenied(denied));
        }
        catch (AwsJsonError error)
        {
            await ErrorAsync(context, error);
        }
    }

    public static AwsJsonError AccessDenied(AccessDeniedException denied) => new("AccessDeniedException", denied.Message);

    public static Task ErrorAsync(HttpContext context, AwsJsonError error)
    {
        var body = error.Details.DeepClone().AsObject();
        body["__type"] = error.Code;
        body["message"] = error.Message;
        return WriteAsync(context, error.Status, body);
    }

    public static AwsJsonError Unknown(string operation) =>
        new("UnknownOperationException", $"The local host does not serve {operation}.");

    private static Task WriteAsync(HttpContext context, int status, JsonObject? body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = context.Request.ContentType ?? "application/x-amz-json-1.1";
        context.Response.Headers["x-amzn-RequestId"] = Guid.NewGuid().ToString();
        return context.Response.WriteAsync(body?.ToJsonString() ?? "", context.RequestAborted);
    }
}
