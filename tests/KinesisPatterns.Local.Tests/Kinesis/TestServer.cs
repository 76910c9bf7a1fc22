using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using KinesisPatterns.Local.Hosting;
using KinesisPatterns.Local.Kinesis;
using KinesisPatterns.Local.Lambda;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Logging;

namespace KinesisPatterns.Local.Tests.Kinesis;

/// <summary>Kinesis and Lambda behind a real port, and a client without any SDK.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestServer(WebApplication app, KinesisService kinesis, LambdaService lambda)
    {
        (_app, Kinesis, Lambda) = (app, kinesis, lambda);
        Http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public KinesisService Kinesis { get; }

    public LambdaService Lambda { get; }

    public HttpClient Http { get; }

    public static async Task<TestServer> StartAsync(
        KinesisOptions? kinesis = null, Func<LambdaOptions, LambdaOptions>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        HttpVersions.ListenForBoth(builder.WebHost, IPAddress.Loopback, 0);
        var app = builder.Build();
        var streams = new KinesisService(kinesis ?? new());
        var options = new LambdaOptions { Kinesis = streams, Endpoint = () => new Uri(app.Urls.First()).Authority };
        var functions = new LambdaService(configure?.Invoke(options) ?? options);
        app.Run(context => context.Request.Path == "/" ? streams.HandleAsync(context) : functions.HandleAsync(context));
        await app.StartAsync();
        return new(app, streams, functions);
    }

    /// <summary>Calls an operation of Kinesis and reads the answer, which must be the one expected.</summary>
    public async Task<JsonElement> CallAsync(string operation, string json, int status = 200)
    {
        using var response = await SendAsync(operation, Encoding.UTF8.GetBytes(json), "application/x-amz-json-1.1");
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == status, $"{operation}: {(int)response.StatusCode} {text}");
        return text.Length == 0 ? default : JsonDocument.Parse(text).RootElement;
    }

    /// <summary>Calls an operation that must fail, and returns code and message.</summary>
    public async Task<(string Code, string Message)> FailAsync(string operation, string json, int status = 400)
    {
        var error = await CallAsync(operation, json, status);
        return (error.GetProperty("__type").GetString()!, error.GetProperty("message").GetString()!);
    }

    public async Task<HttpResponseMessage> SendAsync(string operation, byte[] body, string contentType)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/") { Content = new ByteArrayContent(body) };
        request.Headers.Add("X-Amz-Target", "Kinesis_20131202." + operation);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(contentType);
        return await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    public async Task<string> IteratorAsync(
        string stream, string shard = "shardId-000000000000", string type = "TRIM_HORIZON")
    {
        var answer = await CallAsync("GetShardIterator",
            $$"""{"StreamName":"{{stream}}","ShardId":"{{shard}}","ShardIteratorType":"{{type}}"}""");
        return answer.GetProperty("ShardIterator").GetString()!;
    }

    public Task<JsonElement> RecordsAsync(string iterator, int limit = 10_000) =>
        CallAsync("GetRecords", $$"""{"ShardIterator":"{{iterator}}","Limit":{{limit}}}""");

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await Lambda.DisposeAsync();
        await Kinesis.DisposeAsync();
        await _app.DisposeAsync();
    }
}
