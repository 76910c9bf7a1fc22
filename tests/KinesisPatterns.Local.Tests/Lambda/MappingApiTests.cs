using System.Text;
using System.Text.Json;
using KinesisPatterns.Local.Kinesis;
using KinesisPatterns.Local.Tests.Kinesis;

namespace KinesisPatterns.Local.Tests.Lambda;

[Rule("https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html")]
public sealed class MappingApiTests : IAsyncLifetime
{
    private const string Mappings = "/2015-03-31/event-source-mappings";

    private TestServer _server = null!;
    private KinesisStream _stream = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        _stream = _server.Kinesis.CreateStream("orders", new() { Shards = 1 });
        _server.Lambda.Add(new Local.Lambda.FunctionDefinition
        {
            Name = "test",
            Arn = "arn:aws:lambda:us-east-1:000000000000:function:test",
            CodeDirectory = AppContext.BaseDirectory,
            Handler = "TestFunction",
            Runtime = "dotnet10",
        });
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    public async Task Creates_a_mapping_with_the_defaults_of_AWS(string slash)
    {
        var answer = await SendAsync(HttpMethod.Post, Mappings + slash, Request(), 202);

        Assert.Equal("Creating", answer.GetProperty("State").GetString());
        Assert.Equal("User action", answer.GetProperty("StateTransitionReason").GetString());
        Assert.Equal("No records processed", answer.GetProperty("LastProcessingResult").GetString());
        Assert.Equal("""{"OnFailure":{}}""", answer.GetProperty("DestinationConfig").GetRawText());
        Assert.Equal("[]", answer.GetProperty("FunctionResponseTypes").GetRawText());
        Assert.Equal((100, 0, 1, -1, -1, 0), (
            answer.GetProperty("BatchSize").GetInt32(), answer.GetProperty("MaximumBatchingWindowInSeconds").GetInt32(),
            answer.GetProperty("ParallelizationFactor").GetInt32(), answer.GetProperty("MaximumRetryAttempts").GetInt32(),
            answer.GetProperty("MaximumRecordAgeInSeconds").GetInt32(), answer.GetProperty("TumblingWindowInSeconds").GetInt32()));
        Assert.Equal($"arn:aws:lambda:us-east-1:000000000000:event-source-mapping:{answer.GetProperty("UUID").GetString()}",
            answer.GetProperty("EventSourceMappingArn").GetString());
    }

    [Fact]
    public async Task Gets_updates_lists_and_deletes_a_mapping()
    {
        var uuid = (await SendAsync(HttpMethod.Post, Mappings, Request(), 202)).GetProperty("UUID").GetString();
        var path = $"{Mappings}/{uuid}";

        var updated = await SendAsync(HttpMethod.Put, path,
            """{"BatchSize":7,"Enabled":false,"FunctionResponseTypes":["ReportBatchItemFailures"],"DestinationConfig":{"OnFailure":{"Destination":"arn:aws:s3:::b"}},"FilterCriteria":{"Filters":[{"Pattern":"{}"}]}}""", 202);
        var read = await SendAsync(HttpMethod.Get, path, null, 200);
        var listed = await SendAsync(HttpMethod.Get, $"{Mappings}?FunctionName=test", null, 200);
        var elsewhere = await SendAsync(HttpMethod.Get, $"{Mappings}?FunctionName=other", null, 200);
        await SendAsync(HttpMethod.Delete, path, null, 202);

        Assert.Equal("Updating", updated.GetProperty("State").GetString());
        Assert.Equal("Disabled", read.GetProperty("State").GetString());
        Assert.Equal(7, read.GetProperty("BatchSize").GetInt32());
        Assert.Equal("arn:aws:s3:::b", read.GetProperty("DestinationConfig").GetProperty("OnFailure").GetProperty("Destination").GetString());
        Assert.Equal("ReportBatchItemFailures", read.GetProperty("FunctionResponseTypes")[0].GetString());
        Assert.Single(listed.GetProperty("EventSourceMappings").EnumerateArray());
        Assert.Empty(elsewhere.GetProperty("EventSourceMappings").EnumerateArray());
        await SendAsync(HttpMethod.Get, path, null, 404);
    }

    [Fact]
    public async Task Refuses_a_second_mapping_of_the_same_pair()
    {
        var uuid = (await SendAsync(HttpMethod.Post, Mappings, Request(), 202)).GetProperty("UUID").GetString();

        var error = await SendAsync(HttpMethod.Post, Mappings, Request(), 409);

        Assert.Contains(uuid!, error.GetProperty("Message").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"FunctionName":"test","EventSourceArn":"arn:aws:kinesis:us-east-1:000000000000:stream/none","StartingPosition":"LATEST"}""", 400, "Stream not found: arn:aws:kinesis:us-east-1:000000000000:stream/none")]
    [InlineData("""{"FunctionName":"none","EventSourceArn":"$ARN","StartingPosition":"LATEST"}""", 404, "Function not found")]
    [InlineData("""{"FunctionName":"test","EventSourceArn":"$ARN"}""", 400, "StartingPosition is required")]
    [InlineData("""{"FunctionName":"test","EventSourceArn":"$ARN","StartingPosition":"AT_TIMESTAMP"}""", 400, "StartingPositionTimestamp is required")]
    [InlineData("""{"FunctionName":"test","EventSourceArn":"$ARN","StartingPosition":"LATEST","BatchSize":0}""", 400, "BatchSize: expected 1 to 10000, got 0")]
    [InlineData("""{"FunctionName":"test","EventSourceArn":"$ARN","StartingPosition":"LATEST","FilterCriteria":{"Filters":[{"Pattern":"no"}]}}""", 400, "Invalid filter pattern definition")]
    [InlineData("""{"FunctionName":"test","EventSourceArn":"$ARN","StartingPosition":"LATEST","BatchSize":"many"}""", 400, "BatchSize: expected a whole number")]
    [InlineData("""{"FunctionName":"test","EventSourceArn":"$ARN","StartingPosition":"LATEST","FilterCriteria":[]}""", 400, "[]: expected a structure")]
    [InlineData("""{"FunctionName":"test","EventSourceArn":"$ARN","StartingPosition":"LATEST","FunctionResponseTypes":["Everything"]}""", 400, "FunctionResponseTypes")]
    [InlineData("""{""", 400, "Could not parse request body into json")]
    public async Task Refuses_bad_input(string request, int status, string message)
    {
        var error = await SendAsync(HttpMethod.Post, Mappings, request.Replace("$ARN", _stream.Arn, StringComparison.Ordinal), status);

        Assert.Contains(message, error.GetProperty("Message").GetString(), StringComparison.Ordinal);
    }

    [Rule("https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html#filtering-syntax")]
    [Fact]
    public async Task Removes_the_filters_with_empty_criteria()
    {
        var created = await SendAsync(
            HttpMethod.Post, Mappings, Request().Replace("}", ""","FilterCriteria":{"Filters":[{"Pattern":"{\"data\":{\"k\":[1]}}"}]}}""", StringComparison.Ordinal), 202);
        var uuid = created.GetProperty("UUID").GetString();
        Assert.Equal(1, created.GetProperty("FilterCriteria").GetProperty("Filters").GetArrayLength());

        await SendAsync(HttpMethod.Put, $"{Mappings}/{uuid}", """{"FilterCriteria":{}}""", 202);

        Assert.False((await SendAsync(HttpMethod.Get, $"{Mappings}/{uuid}", null, 200)).TryGetProperty("FilterCriteria", out _));
    }

    [Fact]
    public async Task Lists_mappings_in_pages()
    {
        _server.Kinesis.CreateStream("other", new() { Shards = 1 });
        await SendAsync(HttpMethod.Post, Mappings, Request(), 202);
        await SendAsync(HttpMethod.Post, Mappings, Request().Replace(_stream.Arn, _server.Kinesis.TryGet("other")!.Arn, StringComparison.Ordinal), 202);

        var first = await SendAsync(HttpMethod.Get, Mappings + "?MaxItems=1", null, 200);
        var second = await SendAsync(HttpMethod.Get, $"{Mappings}?MaxItems=1&Marker={first.GetProperty("NextMarker").GetString()}", null, 200);

        Assert.NotEqual(Source(first), Source(second));
        Assert.False(second.TryGetProperty("NextMarker", out _));

        static string Source(JsonElement page) => Assert.Single(page.GetProperty("EventSourceMappings").EnumerateArray()).GetProperty("EventSourceArn").GetString()!;
    }

    [Fact]
    public async Task Invokes_a_function_over_the_API()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/2015-03-31/functions/test/invocations")
        {
            Content = new StringContent("""{"command":"throw"}"""),
        };
        request.Headers.Add("X-Amz-Log-Type", "Tail");

        using var response = await _server.Http.SendAsync(request, Stop);

        Assert.Equal(200, (int)response.StatusCode);
        Assert.Equal("Unhandled", response.Headers.GetValues("X-Amz-Function-Error").Single());
        Assert.Equal("$LATEST", response.Headers.GetValues("X-Amz-Executed-Version").Single());
        Assert.Contains("START RequestId", Encoding.UTF8.GetString(Convert.FromBase64String(
            response.Headers.GetValues("X-Amz-Log-Result").Single())), StringComparison.Ordinal);
        Assert.Contains("thrown on purpose", await response.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("none", "{}", 404)]
    [InlineData("test", "not json", 400)]
    public async Task Refuses_an_invocation(string function, string payload, int status) =>
        await SendAsync(HttpMethod.Post, $"/2015-03-31/functions/{function}/invocations", payload, status);

    [Fact]
    public async Task Refuses_a_runtime_it_does_not_know()
    {
        using var response = await _server.Http.GetAsync(new Uri("/_runtime/none/2018-06-01/runtime/invocation/next", UriKind.Relative), Stop);

        Assert.Equal(403, (int)response.StatusCode);
    }

    private string Request() => $$"""{"FunctionName":"test","EventSourceArn":"{{_stream.Arn}}","StartingPosition":"TRIM_HORIZON"}""";

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, string? body, int status)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body) };
        using var response = await _server.Http.SendAsync(request, Stop);
        var text = await response.Content.ReadAsStringAsync(Stop);
        Assert.True((int)response.StatusCode == status, $"{(int)response.StatusCode} {text}");
        return JsonDocument.Parse(text).RootElement;
    }
}
