using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace KinesisPatterns.Local.Page;

/// <summary>What the page shows; each browser has a place of its own in the points and the rejected readings.</summary>
internal interface IPageSource
{
    PageHello Hello(PagePlace place);

    PageState State(PagePlace place);

    /// <summary>Addresses of stateful functions whose id contains a text.</summary>
    IReadOnlyList<PageAddress> Find(string text);

    /// <summary>All that is known of an address; null when nothing is.</summary>
    PageHistory? History(string type, string id);
}

/// <summary>How far one browser has seen.</summary>
internal sealed class PagePlace
{
    public long Points;

    public long Rejected;

    public long Anomalies;

    public long Lists;
}

/// <summary>The page and its server-sent events.</summary>
internal sealed class LivePage(IPageSource source)
{
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(500);
    private static readonly JsonSerializerOptions CamelCase = new(JsonSerializerDefaults.Web);

    private static readonly Dictionary<string, string> ContentTypes = new(StringComparer.Ordinal)
    {
        [".html"] = "text/html; charset=utf-8",
        [".css"] = "text/css; charset=utf-8",
        [".js"] = "text/javascript; charset=utf-8",
    };

    public Task HandleAsync(HttpContext context) => context.Request.Path.Value switch
    {
        "/events" => EventsAsync(context),
        "/addresses" => JsonAsync(context, source.Find(context.Request.Query["find"].ToString())),
        "/address" => JsonAsync(context, source.History(context.Request.Query["type"].ToString(), context.Request.Query["id"].ToString())),
        "/" => AssetAsync(context, "index.html"),
        var path => AssetAsync(context, path!.TrimStart('/')),
    };

    private static async Task AssetAsync(HttpContext context, string name)
    {
        await using var asset = typeof(LivePage).Assembly.GetManifestResourceStream($"page/{name}");
        if (asset is null)
        {
            context.Response.StatusCode = 404;
            return;
        }

        context.Response.ContentType = ContentTypes[Path.GetExtension(name)];
        context.Response.Headers.CacheControl = "no-cache";
        await asset.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    private static async Task JsonAsync<T>(HttpContext context, T? answer)
    {
        context.Response.StatusCode = answer is null ? 404 : 200;
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        await JsonSerializer.SerializeAsync(context.Response.Body, answer, CamelCase, context.RequestAborted);
    }

    private async Task EventsAsync(HttpContext context)
    {
        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        var place = new PagePlace();
        try
        {
            await SendAsync(context, "hello", source.Hello(place));
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await Task.Delay(Beat, context.RequestAborted);
                await SendAsync(context, "state", source.State(place));
            }
        }
        catch (OperationCanceledException)
        {
            // The browser left.
        }
    }

    private static async Task SendAsync<T>(HttpContext context, string name, T data)
    {
        await context.Response.WriteAsync($"event: {name}\ndata: {JsonSerializer.Serialize(data, CamelCase)}\n\n", context.RequestAborted);
        await context.Response.Body.FlushAsync(context.RequestAborted);
    }
}
