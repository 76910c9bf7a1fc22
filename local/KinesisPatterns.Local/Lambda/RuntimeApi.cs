using System.Globalization;
using KinesisPatterns.Local.Kinesis;
using Microsoft.AspNetCore.Http;

namespace KinesisPatterns.Local.Lambda;

/// <summary>The API that a function's runtime talks to, one address per environment.</summary>
/// <remarks>https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html</remarks>
internal static class RuntimeApi
{
    public const string Prefix = "/_runtime/";

    private const string Version = "2018-06-01/runtime/";

    public static async Task HandleAsync(LambdaService service, HttpContext context)
    {
        var path = context.Request.Path.Value![Prefix.Length..];
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        var environment = slash < 0 ? null : service.FindEnvironment(path[..slash]);
        if (environment is null || !path[(slash + 1)..].StartsWith(Version, StringComparison.Ordinal))
        {
            await RefuseAsync(
                context, StatusCodes.Status403Forbidden, "Runtime.UnknownEnvironment", $"No environment at {path}");
            return;
        }

        await (path[(slash + 1 + Version.Length)..].Split('/') switch
        {
            ["invocation", "next"] when HttpMethods.IsGet(context.Request.Method) =>
                NextAsync(service, environment, context),
            ["invocation", var id, "response"] => AnswerAsync(environment, id, context, isError: false),
            ["invocation", var id, "error"] => AnswerAsync(environment, id, context, isError: true),
            ["init", "error"] => InitErrorAsync(environment, context),
            _ => RefuseAsync(context, StatusCodes.Status404NotFound, "Runtime.UnknownPath", $"Nothing is at {path}"),
        });
    }

    private static async Task NextAsync(LambdaService service, ExecutionEnvironment environment, HttpContext context)
    {
        Invocation invocation;
        try
        {
            invocation = await environment.NextAsync(context.RequestAborted);
        }
        catch (OperationCanceledException)
        {
            return;
        }

        var headers = context.Response.Headers;
        headers["Lambda-Runtime-Aws-Request-Id"] = invocation.RequestId;
        headers["Lambda-Runtime-Deadline-Ms"] = invocation.Deadline.ToUnixTimeMilliseconds().ToString(
            CultureInfo.InvariantCulture);
        headers["Lambda-Runtime-Invoked-Function-Arn"] = environment.FunctionArn;
        headers["Lambda-Runtime-Trace-Id"] = string.Create(
            CultureInfo.InvariantCulture,
            $"Root=1-{service.Now.ToUnixTimeSeconds():x8}-{environment.Id[..24]};Sampled=0");
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = invocation.Payload.Length;
        await context.Response.BodyWriter.WriteAsync(invocation.Payload, context.RequestAborted);
    }

    private static async Task AnswerAsync(
        ExecutionEnvironment environment, string id, HttpContext context, bool isError)
    {
        if (environment.Running(id) is not { } invocation)
        {
            await RefuseAsync(
                context, StatusCodes.Status400BadRequest, "InvalidRequestID", $"Invocation {id} does not run here");
            return;
        }

        if (environment.IsOutOfMemory(invocation))
        {
            context.Abort();
            return;
        }

        if (context.Request.ContentLength > LambdaLimits.Payload)
        {
            await TooLargeAsync(invocation, context);
            return;
        }

        using var body = await PooledBuffer.ReadAsync(context.Request);
        if (body.Length > LambdaLimits.Payload)
        {
            await TooLargeAsync(invocation, context);
            return;
        }

        invocation.TryAnswer(body.Written.ToArray(), isError);
        await AcceptAsync(context);
    }

    private static async Task TooLargeAsync(Invocation invocation, HttpContext context)
    {
        const string Type = "Function.ResponseSizeTooLarge";
        var message = $"Response payload size exceeded maximum allowed payload size ({LambdaLimits.Payload} bytes).";
        invocation.TryAnswer(ErrorBody.Of(Type, message), isError: true);
        await RefuseAsync(context, StatusCodes.Status413PayloadTooLarge, Type, message);
    }

    private static async Task InitErrorAsync(ExecutionEnvironment environment, HttpContext context)
    {
        using var body = await PooledBuffer.ReadAsync(context.Request);
        environment.FailInit(body.Written.ToArray());
        await AcceptAsync(context);
    }

    private static async Task AcceptAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        context.Response.ContentType = "application/json";
        await context.Response.BodyWriter.WriteAsync("{\"status\":\"OK\"}"u8.ToArray(), context.RequestAborted);
    }

    private static async Task RefuseAsync(HttpContext context, int status, string type, string message)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.BodyWriter.WriteAsync(ErrorBody.Of(type, message), context.RequestAborted);
    }
}
