using System.Diagnostics;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Benchmarks;

/// <summary>A Lambda Runtime API that has no event: it tells when a function has asked for its first one.</summary>
internal sealed class FirstRequest : IAsyncDisposable
{
    private static readonly TimeSpan _limit = TimeSpan.FromMinutes(1);

    private readonly WebApplication _web;
    private TaskCompletionSource<long> _asked = new();

    private FirstRequest()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        _web = builder.Build();
        _web.Run(HandleAsync);
    }

    /// <summary>Host and port.</summary>
    public string Authority => new Uri(_web.Urls.Single()).Authority;

    public static async Task<FirstRequest> StartAsync()
    {
        var server = new FirstRequest();
        await server._web.StartAsync();
        return server;
    }

    /// <summary>The time stamp of the next function's first question.</summary>
    public Task<long> WaitAsync()
    {
        _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        return _asked.Task.WaitAsync(_limit);
    }

    public async ValueTask DisposeAsync() => await _web.DisposeAsync();

    private async Task HandleAsync(HttpContext context)
    {
        var now = Stopwatch.GetTimestamp();
        if (context.Request.Path.Value!.EndsWith("/invocation/next", StringComparison.Ordinal))
        {
            _asked.TrySetResult(now);

            // It is killed while it waits.
            await Task.Delay(Timeout.Infinite, context.RequestAborted)
                .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return;
        }

        using var reader = new StreamReader(context.Request.Body);
        _asked.TrySetException(new InvalidOperationException(
            $"The function could not start: {context.Request.Path} {await reader.ReadToEndAsync()}"));
    }
}
