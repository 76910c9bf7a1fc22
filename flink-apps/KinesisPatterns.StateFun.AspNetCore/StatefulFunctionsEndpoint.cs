using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace KinesisPatterns.StateFun.AspNetCore;

/// <summary>The endpoint that the runtime calls.</summary>
public static partial class StatefulFunctionsEndpoint
{
    // The runtime's clients compare it as a whole: a parameter behind it would make them refuse the answer.
    private const string ContentType = "application/octet-stream";

    /// <summary>Answers the runtime's requests at a path: the <c>urlPathTemplate</c> of an endpoint in module.yaml.</summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="pattern">The path.</param>
    /// <remarks>
    /// A request may have 32 MiB, as many as the runtime's own client sends unless it is told otherwise; <c>RequestSizeLimitAttribute</c> among the
    /// endpoint's metadata says otherwise here.
    /// Whatever goes wrong is answered with 500, which both of the runtime's clients retry, and logged; one of them would fail the job at once for a 4xx.
    /// </remarks>
    public static IEndpointConventionBuilder MapStatefulFunctions(
        this IEndpointRouteBuilder endpoints, [StringSyntax("Route")] string pattern = "/")
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var handler = endpoints.ServiceProvider.GetService<RequestReplyHandler>()
            ?? throw new InvalidOperationException($"expected functions to be added with {nameof(StatefulFunctionsServices.AddStatefulFunctions)} first, got none");
        var log = endpoints.ServiceProvider.GetRequiredService<ILoggerFactory>().CreateLogger("KinesisPatterns.StateFun");
        return endpoints.MapPost(pattern, (RequestDelegate)(context => AnswerAsync(context, handler, log))).WithMetadata(new RequestSizeLimit());
    }

    private static async Task AnswerAsync(HttpContext context, RequestReplyHandler handler, ILogger log)
    {
        try
        {
            await HandleAsync(context, handler);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to answer to: the runtime gave the call up and repeats it.
        }
        catch (ConnectionResetException)
        {
            // Nobody is there either. The server has to be told: to go on with the connection, it would read where this reading broke off.
            context.Abort();
        }
        catch (Exception error) when (error is BadHttpRequestException or MalformedMessageException)
        {
            RequestRefused(log, error.Message);
            await FailAsync(context, error.Message);
        }
        catch (Exception error) when (error is UnknownFunctionException or ReplyTooLargeException)
        {
            BatchFailed(log, error);
            await FailAsync(context, error.Message);
        }
        catch (Exception error)
        {
            BatchFailed(log, error);
            await FailAsync(context, "The batch failed; the log of the functions says why.");
        }
    }

    private static async Task HandleAsync(HttpContext context, RequestReplyHandler handler)
    {
        var body = context.Request.BodyReader;
        var read = await WholeAsync(body);
        try
        {
            await AnswerAsync(context, handler, read.Buffer);
        }
        finally
        {
            body.AdvanceTo(read.Buffer.End);
        }
    }

    private static async Task AnswerAsync(HttpContext context, RequestReplyHandler handler, ReadOnlySequence<byte> request)
    {
        if (request.IsSingleSegment)
        {
            await AnswerAsync(context, handler, request.First);
            return;
        }

        var length = checked((int)request.Length);
        var copy = ArrayPool<byte>.Shared.Rent(length);
        try
        {
            request.CopyTo(copy);
            await AnswerAsync(context, handler, copy.AsMemory(0, length));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(copy);
        }
    }

    private static async ValueTask<ReadResult> WholeAsync(PipeReader body)
    {
        var read = await body.ReadAsync();
        while (!read.IsCompleted)
        {
            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            read = await body.ReadAsync();
        }

        return read;
    }

    private static async Task AnswerAsync(HttpContext context, RequestReplyHandler handler, ReadOnlyMemory<byte> request)
    {
        using var reply = await handler.HandleAsync(request, context.RequestServices, context.RequestAborted);
        context.Response.ContentType = ContentType;
        context.Response.ContentLength = reply.Bytes.Length;
        await context.Response.BodyWriter.WriteAsync(reply.Bytes, context.RequestAborted);
    }

    private static Task FailAsync(HttpContext context, string reason)
    {
        if (context.Response.HasStarted)
        {
            context.Abort();
            return Task.CompletedTask;
        }

        var body = Encoding.UTF8.GetBytes(reason);
        context.Response.StatusCode = StatusCodes.Status500InternalServerError;
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.ContentLength = body.Length;
        return context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }

    private sealed class RequestSizeLimit : IRequestSizeLimitMetadata
    {
        public long? MaxRequestBodySize => 32L * 1024 * 1024;
    }

    [LoggerMessage(1, LogLevel.Error, "A batch failed.")]
    private static partial void BatchFailed(ILogger log, Exception error);

    [LoggerMessage(2, LogLevel.Warning, "A request was refused: {Reason}")]
    private static partial void RequestRefused(ILogger log, string reason);
}
