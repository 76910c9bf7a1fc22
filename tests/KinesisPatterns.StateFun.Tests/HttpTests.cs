using System.Net;
using Google.Protobuf;
using KinesisPatterns.StateFun.AspNetCore;
using KinesisPatterns.StateFun.Tests.Protocol;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using static KinesisPatterns.StateFun.Tests.Requests;

namespace KinesisPatterns.StateFun.Tests;

public sealed class HttpTests : IAsyncLifetime
{
    private readonly HttpClient _client = new();
    private WebApplication _app = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddScoped<Visits>();
        builder.Services.AddStatefulFunctions(functions =>
        {
            functions.Add<Greeter>(Greeter.Spec);
            functions.Add(new(TypeName.Parse("com.example/failing")), (_, _, _) => throw new InvalidOperationException("a secret"));
            functions.Add(new(TypeName.Parse("com.example/reading")), (_, message, _) => { message.As(Types.Int); return default; });
            functions.Add(new(TypeName.Parse("com.example/echo")), (context, message, _) => { context.Send(context.Self, message); return default; });
        });
        _app = builder.Build();
        _app.MapStatefulFunctions("/functions");
        _app.Urls.Add("http://127.0.0.1:0");
        await _app.StartAsync();
        _client.BaseAddress = new($"{_app.Urls.Single()}/functions");
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task An_answer_has_the_content_type_and_length_that_the_runtime_compares()
    {
        var response = await PostAsync(To("com.example/echo", "1", Text("a")).ToByteArray());

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/octet-stream", response.Content.Headers.ContentType?.ToString());
        var body = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        Assert.Equal(body.Length, response.Content.Headers.ContentLength);
        Assert.Equal(Text("a"), Assert.Single(FromFunction.Parser.ParseFrom(body).InvocationResult.OutgoingMessages).Argument);
    }

    [Fact]
    public async Task A_function_is_made_for_each_batch_from_the_services_of_its_request()
    {
        var first = await PostAsync(To("com.example/greeter", "1", Text("a"), Text("b")).ToByteArray());
        var second = await PostAsync(To("com.example/greeter", "1", Text("c")).ToByteArray());

        Assert.Equal(["a is 1", "b is 2"], await TextsAsync(first));
        Assert.Equal(["c is 1"], await TextsAsync(second));
    }

    [Fact]
    public async Task A_request_of_several_megabytes_is_answered()
    {
        var response = await PostAsync(To("com.example/echo", "1", [.. Enumerable.Repeat(Text(new('x', 1 << 20)), 12)]).ToByteArray());

        Assert.Equal(12, (await TextsAsync(response)).Length);
    }

    [Fact]
    public async Task A_failure_is_500_without_what_only_the_log_should_say()
    {
        var response = await PostAsync(To("com.example/failing", "1", Text("a")).ToByteArray());

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.DoesNotContain("secret", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_connection_is_kept_after_a_failure()
    {
        await PostAsync(To("com.example/failing", "1", Text("a")).ToByteArray());
        await PostAsync([0xFF]);

        Assert.Equal(HttpStatusCode.OK, (await PostAsync(To("com.example/echo", "1", Text("a")).ToByteArray())).StatusCode);
    }

    [Fact]
    public async Task A_function_that_is_not_here_is_500_because_it_may_be_deployed_next()
    {
        var response = await PostAsync(To("com.example/other", "1", Text("a")).ToByteArray());

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.Contains("com.example/other", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_value_that_its_type_cannot_read_is_500_because_the_request_is_one() =>
        Assert.Equal(HttpStatusCode.InternalServerError, (await PostAsync(To("com.example/reading", "1", Damaged()).ToByteArray())).StatusCode);

    [Fact]
    public async Task What_is_no_request_is_500_because_a_4xx_fails_the_job_at_once()
    {
        var response = await PostAsync([1, 2, 3]);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.NotEmpty(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task What_is_larger_than_the_runtime_sends_is_500_as_well()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "") { Content = new ByteArrayContent(new byte[(32 << 20) + 1]), Headers = { ExpectContinue = true } };

        Assert.Equal(HttpStatusCode.InternalServerError, (await _client.SendAsync(request, TestContext.Current.CancellationToken)).StatusCode);
    }

    private static async Task<string[]> TextsAsync(HttpResponseMessage response)
    {
        var body = await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        return [.. FromFunction.Parser.ParseFrom(body).InvocationResult.OutgoingMessages.Select(m => StringWrapper.Parser.ParseFrom(m.Argument.Value).Value)];
    }

    private Task<HttpResponseMessage> PostAsync(byte[] body) => _client.PostAsync("", new ByteArrayContent(body), TestContext.Current.CancellationToken);

    private sealed class Visits
    {
        public int Count { get; set; }
    }

    private sealed class Greeter(Visits visits) : IStatefulFunction
    {
        public static readonly FunctionSpec Spec = new(TypeName.Parse("com.example/greeter"));

        public ValueTask InvokeAsync(Context context, Message message, CancellationToken cancellation)
        {
            context.Reply(Types.String, $"{message.As(Types.String)} is {++visits.Count}");
            return default;
        }
    }
}
