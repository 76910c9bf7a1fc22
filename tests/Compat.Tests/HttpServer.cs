using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HttpTests;

/// <summary>One HTTP exchange that a test's server saw.</summary>
internal sealed record Exchange(string Method, string Path, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Target => Headers.GetValueOrDefault("X-Amz-Target", "");

    public string Text => System.Text.Encoding.UTF8.GetString(Body);
}

/// <summary>What a test's server answers.</summary>
internal sealed record Answer(int Status, string Body = "", IReadOnlyDictionary<string, string>? Headers = null);

/// <summary>A server on a free port of this machine that answers as the test says and remembers what it was asked.</summary>
internal sealed class HttpServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private HttpServer(WebApplication app) => _app = app;

    public ConcurrentQueue<Exchange> Seen { get; } = new();

    public Uri Url => new(_app.Urls.Single());

    public static Task<HttpServer> StartAsync(Func<Exchange, Answer> answer) => StartAsync(exchange => Task.FromResult(answer(exchange)));

    public static async Task<HttpServer> StartAsync(Func<Exchange, Task<Answer>> answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.Configure<KestrelServerOptions>(options => options.Limits.MaxRequestBodySize = null);
        var app = builder.Build();
        var server = new HttpServer(app);
        app.Run(async context =>
        {
            var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            var exchange = new Exchange(
                context.Request.Method,
                context.Request.Path + context.Request.QueryString,
                context.Request.Headers.ToDictionary(
                    header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
                body.ToArray());
            server.Seen.Enqueue(exchange);
            var reply = await answer(exchange);
            context.Response.StatusCode = reply.Status;
            foreach (var (name, value) in reply.Headers ?? new Dictionary<string, string>())
            {
                context.Response.Headers[name] = value;
            }

            // Writing nothing is not the same: it closes the connection behind a 204.
            if (reply.Body.Length > 0)
            {
                await context.Response.WriteAsync(reply.Body);
            }
        });
        await app.StartAsync();
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        // A call that is held open (a runtime waiting for its next event) must not hold up the test.
        using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(50));
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }
}
