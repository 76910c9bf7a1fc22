using System.Text;
using System.Text.Json;
using KinesisPatterns.Local.Kinesis;
using Microsoft.AspNetCore.Http;

namespace KinesisPatterns.Local.Lambda;

/// <summary>The part of the Lambda API that exists here: Invoke and the event source mappings.</summary>
internal static class LambdaApi
{
    private static readonly TimeSpan[] _asynchronousRetries = [TimeSpan.FromMinutes(1), TimeSpan.FromMinutes(2)];

    public static async Task HandleAsync(LambdaService service, HttpContext context)
    {
        var parts = context.Request.Path.Value!.Trim('/').Split('/').Select(Uri.UnescapeDataString).ToArray();
        await (parts switch
        {
            ["2015-03-31", "functions", var name, "invocations"] when HttpMethods.IsPost(context.Request.Method) =>
                InvokeAsync(service, context, name),
            ["2015-03-31", "event-source-mappings", .. var rest] => MappingApi.HandleAsync(service, context, rest),
            _ => throw LambdaException.NotFound($"{context.Request.Method} {context.Request.Path} is not served here."),
        });
    }

    public static void Authorize(LambdaService service, HttpContext context, string action, string arn)
    {
        if (service.Options.Authorize?.Invoke(context, "lambda:" + action, arn) is { } reason)
        {
            throw new LambdaException("AccessDeniedException", reason, 403);
        }
    }

    public static async Task RefuseAsync(HttpContext context, LambdaException error)
    {
        using var buffer = new PooledBuffer();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("Type", error.Status < 500 ? "User" : "Service");
            json.WriteString("Message", error.Message);
            json.WriteString("message", error.Message);
            json.WriteEndObject();
        }

        context.Response.Headers["x-amzn-ErrorType"] = error.Code;
        await WriteAsync(context, error.Status, buffer.Written);
    }

    public static async Task WriteAsync(HttpContext context, int status, ReadOnlyMemory<byte> body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        context.Response.Headers["x-amzn-RequestId"] = Guid.NewGuid().ToString();
        await context.Response.BodyWriter.WriteAsync(body, context.RequestAborted);
    }

    private static async Task InvokeAsync(LambdaService service, HttpContext context, string name)
    {
        var function = service.Find(name);
        Authorize(service, context, "InvokeFunction", function.Definition.Arn);
        using var body = await PooledBuffer.ReadAsync(context.Request);
        var payload = body.Length == 0 ? "{}"u8.ToArray() : body.Written.ToArray();
        CheckPayload(payload);
        switch (context.Request.Headers["X-Amz-Invocation-Type"].ToString())
        {
            case "DryRun":
                context.Response.StatusCode = StatusCodes.Status204NoContent;
                return;
            case "Event":
                _ = InvokeLaterAsync(service, name, payload);
                context.Response.StatusCode = StatusCodes.Status202Accepted;
                return;
            case "" or "RequestResponse":
                await AnswerAsync(context, await service.InvokeAsync(name, payload, context.RequestAborted));
                return;
            case var other:
                throw LambdaException.InvalidParameter(
                    $"InvocationType {other} is not one of Event, RequestResponse, DryRun.");
        }
    }

    private static void CheckPayload(byte[] payload)
    {
        if (payload.Length > LambdaLimits.Payload)
        {
            throw LambdaException.TooLarge(payload.Length);
        }

        using var document = JsonDocument.Parse(payload);
    }

    private static async Task AnswerAsync(HttpContext context, InvocationResult result)
    {
        if (result.Status == InvocationStatus.Throttled)
        {
            throw new LambdaException(
                "TooManyRequestsException", "Rate Exceeded.", StatusCodes.Status429TooManyRequests);
        }

        var headers = context.Response.Headers;
        headers["X-Amz-Executed-Version"] = "$LATEST";
        if (result.FunctionError is { } error)
        {
            headers["X-Amz-Function-Error"] = error;
        }

        if (context.Request.Headers["X-Amz-Log-Type"] == "Tail")
        {
            headers["X-Amz-Log-Result"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(result.LogTail));
        }

        await WriteAsync(context, StatusCodes.Status200OK, result.Payload);
    }

    // https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
    private static async Task InvokeLaterAsync(LambdaService service, string name, byte[] payload)
    {
        try
        {
            foreach (var wait in _asynchronousRetries)
            {
                var result = await service.InvokeAsync(name, payload, CancellationToken.None);
                if (result.Status == InvocationStatus.Succeeded)
                {
                    return;
                }

                await Task.Delay(wait, service.Options.Time);
            }

            var last = await service.InvokeAsync(name, payload, CancellationToken.None);
            if (last.Status != InvocationStatus.Succeeded)
            {
                service.Options.OnRemark?.Invoke($"{name}: an asynchronous event was given up after three attempts.");
            }
        }
        catch (Exception e)
        {
            service.Options.OnRemark?.Invoke($"{name}: an asynchronous event was not processed: {e.Message}");
        }
    }
}
