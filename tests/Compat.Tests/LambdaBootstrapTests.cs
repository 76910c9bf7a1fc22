using System.Text;
using System.Text.Json.Nodes;
using Amazon.Lambda.Core;
using Amazon.Lambda.RuntimeSupport;
using HttpTests;

namespace Compat.Tests;

public sealed class LambdaBootstrapTests
{
    [Fact]
    public async Task Answers_an_invocation_with_what_the_handler_returns()
    {
        await using var api = await RuntimeApi.StartAsync("\"input\"");
        ILambdaContext? seen = null;
        var remaining = TimeSpan.Zero;

        await RunAsync(api, async (input, context) =>
        {
            (seen, remaining) = (context, context.RemainingTime);
            var text = await new StreamReader(input).ReadToEndAsync();
            return new MemoryStream(Encoding.UTF8.GetBytes($"[{text}]"));
        });

        Assert.Equal("[\"input\"]", Assert.Single(api.Posts("/invocation/id-1/response")).Text);
        Assert.Equal("id-1", seen!.AwsRequestId);
        Assert.Equal("arn:aws:lambda:eu-west-1:000000000000:function:f", seen.InvokedFunctionArn);
        Assert.InRange(remaining, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(60));
        Assert.Equal("Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700", Environment.GetEnvironmentVariable("_X_AMZN_TRACE_ID"));
    }

    [Fact]
    public async Task Reports_what_the_handler_throws_and_goes_on()
    {
        await using var api = await RuntimeApi.StartAsync("1", "2");

        await RunAsync(api, async (input, _) =>
        {
            var text = await new StreamReader(input).ReadToEndAsync();
            return text == "1" ? throw new InvalidOperationException("first") : new MemoryStream("2"u8.ToArray());
        });

        var error = Assert.Single(api.Posts("/invocation/id-1/error"));
        var body = JsonNode.Parse(error.Text)!;
        Assert.Equal("InvalidOperationException", error.Headers["Lambda-Runtime-Function-Error-Type"]);
        Assert.Equal("first", body["errorMessage"]!.GetValue<string>());
        Assert.Equal("InvalidOperationException", body["errorType"]!.GetValue<string>());
        Assert.NotEmpty(body["stackTrace"]!.AsArray());
        Assert.Equal("2", Assert.Single(api.Posts("/invocation/id-2/response")).Text);
    }

    [Fact]
    public async Task Reports_a_failed_initialization_and_ends()
    {
        await using var api = await RuntimeApi.StartAsync("1");

        var error = await Assert.ThrowsAsync<ArgumentException>(() => RunAsync(
            api, (_, _) => Task.FromResult<Stream>(new MemoryStream()), () => throw new ArgumentException("no table")));

        Assert.Equal("no table", error.Message);
        Assert.Contains("no table", Assert.Single(api.Posts("/init/error")).Text, StringComparison.Ordinal);
        Assert.DoesNotContain(api.Seen, exchange => exchange.Path.EndsWith("/next", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Goes_on_after_a_response_that_is_too_large()
    {
        await using var api = await RuntimeApi.StartAsync("1", "2");
        api.TooLarge = "id-1";

        await RunAsync(api, (_, _) => Task.FromResult<Stream>(new MemoryStream("{}"u8.ToArray())));

        Assert.Single(api.Posts("/invocation/id-2/response"));
    }

    private static async Task RunAsync(
        RuntimeApi api, Func<Stream, ILambdaContext, Task<Stream>> handler, LambdaBootstrapInitializer? initializer = null)
    {
        using var http = new HttpClient();
        using var bootstrap = LambdaBootstrapBuilder.Create(handler)
            .UseHttpClient(http)
            .UseBootstrapHandler(initializer)
            .ConfigureOptions(options => options.RuntimeApiEndpoint = api.Endpoint)
            .Build();
        await bootstrap.RunAsync(api.Done);
    }
}
