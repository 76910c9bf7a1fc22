using System.Text;
using System.Text.Json.Nodes;
using KinesisPatterns.Local.Faults;
using Microsoft.AspNetCore.Http;

namespace KinesisPatterns.Local.Tests.Faults;

public sealed class FaultGatewayTests
{
    private const string Function = "AWS4-HMAC-SHA256 Credential=LOCALStore/20260101/us-east-1/kinesis/aws4_request";

    private readonly List<JsonObject> _passed = [];
    private string _lines = "";

    [Fact]
    public async Task Of_a_PutRecords_call_each_record_is_stored_or_refused_and_the_answers_are_in_order()
    {
        var request = new JsonObject { ["Records"] = new JsonArray([.. Enumerable.Range(0, 40).Select(i => new JsonObject { ["PartitionKey"] = $"{i}" })]) };

        var (status, answer) = await CallAsync(FaultKind.Partial, "Kinesis_20131202.PutRecords", request.ToJsonString());

        var results = answer["Records"]!.AsArray();
        Assert.Equal((200, 40), (status, results.Count));
        Assert.InRange((int)answer["FailedRecordCount"]!, 5, 35);
        Assert.Equal((int)answer["FailedRecordCount"]!, results.Count(r => r!["ErrorCode"] is not null));
        Assert.All(results.Index().Where(r => r.Item!["ErrorCode"] is null), r => Assert.Equal($"{r.Index}", (string?)r.Item!["SequenceNumber"]));
        Assert.Equal(40 - (int)answer["FailedRecordCount"]!, _passed.Single()["Records"]!.AsArray().Count);
    }

    [Fact]
    public async Task Of_a_BatchWriteItem_call_what_is_not_written_is_unprocessed()
    {
        var request = new JsonObject { ["RequestItems"] = new JsonObject { ["t"] = new JsonArray([.. Enumerable.Range(0, 20).Select(i => new JsonObject { ["n"] = i })]) } };

        var (_, answer) = await CallAsync(FaultKind.Partial, "DynamoDB_20120810.BatchWriteItem", request.ToJsonString());

        var written = _passed.Single()["RequestItems"]!["t"]!.AsArray().Select(i => (int)i!["n"]!);
        var left = answer["UnprocessedItems"]!["t"]!.AsArray().Select(i => (int)i!["n"]!).ToList();
        Assert.NotEmpty(left);
        Assert.Equal(Enumerable.Range(0, 20), written.Concat(left).Order());
    }

    [Fact]
    public async Task Of_lines_for_the_store_those_that_are_refused_are_named()
    {
        var lines = Enumerable.Range(1, 20).Select(i => $"m v={i}").ToList();

        var (status, answer) = await CallAsync(FaultKind.Partial, null, string.Join('\n', lines), "/_influx/db/api/v3/write_lp");

        var refused = answer["data"]!.AsArray().Select(l => (string)l!["original_line"]!).ToList();
        Assert.Equal(400, status);
        Assert.All(answer["data"]!.AsArray(), l => Assert.Equal(lines[(int)l!["line_number"]! - 1], (string?)l["original_line"]));
        Assert.Equal(lines.Order(), _lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Concat(refused).Order());
    }

    [Theory]
    [InlineData("DynamoDB_20120810.PutItem", 400, "ProvisionedThroughputExceededException")]
    [InlineData("Kinesis_20131202.PutRecords", 400, "ProvisionedThroughputExceededException")]
    [InlineData("AWSEvents.PutEvents", 400, "ThrottlingException")]
    public async Task A_busy_service_answers_as_it_does_on_AWS_and_does_nothing(string target, int status, string code)
    {
        var (answered, answer) = await CallAsync(FaultKind.Throttled, target, "{}");

        Assert.Equal((status, code), (answered, (string?)answer["__type"]));
        Assert.Empty(_passed);
    }

    [Fact]
    public async Task A_service_that_is_down_does_nothing()
    {
        var (status, _) = await CallAsync(FaultKind.Unavailable, "DynamoDB_20120810.PutItem", "{}");

        Assert.Equal(500, status);
        Assert.Empty(_passed);
    }

    [Fact]
    public async Task A_call_whose_answer_is_lost_was_done()
    {
        var (_, answer) = await CallAsync(FaultKind.LostAnswer, "DynamoDB_20120810.PutItem", "{}");

        Assert.Single(_passed);
        Assert.Empty(answer);
    }

    [Theory]
    [InlineData(nameof(FaultKind.Throttled), "remote", 429, "Too Many Requests")]
    [InlineData(nameof(FaultKind.Unavailable), "remote", 500, "Internal server error")]
    [InlineData(nameof(FaultKind.Unavailable), "query", 204, null)]
    public async Task Calls_of_stateful_functions_are_answered_as_API_Gateway_does_and_those_of_other_APIs_left_alone(string kind, string api, int status, string? message)
    {
        var (answered, answer) = await CallAsync(Enum.Parse<FaultKind>(kind), null, "", $"/_api/{api}/prod/order", authorization: "");

        Assert.Equal((status, message), (answered, (string?)answer["message"]));
    }

    [Theory]
    [InlineData("AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/kinesis/aws4_request")]
    [InlineData("")]
    public async Task Calls_that_are_none_of_a_function_are_left_alone(string authorization)
    {
        var (status, _) = await CallAsync(FaultKind.Unavailable, "DynamoDB_20120810.PutItem", "{}", authorization: authorization);

        Assert.Equal(200, status);
        Assert.Single(_passed);
    }

    private async Task<(int Status, JsonObject Answer)> CallAsync(FaultKind kind, string? target, string body, string path = "/", string authorization = Function)
    {
        var plan = new FaultPlan(1, new("always", "", new Dictionary<FaultKind, double> { [kind] = 1 }));
        var answer = new MemoryStream();
        var context = new DefaultHttpContext();
        context.Request.Method = "POST";
        context.Request.Path = path;
        context.Request.ContentType = "application/x-amz-json-1.1";
        context.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body));
        context.Request.Headers.Authorization = authorization;
        context.Response.Body = answer;
        if (target is not null)
        {
            context.Request.Headers["X-Amz-Target"] = target;
        }

        await new FaultGateway(plan, ServeAsync, TimeProvider.System, new HashSet<string> { "remote" }).HandleAsync(context);
        return (context.Response.StatusCode, answer.Length == 0 ? [] : JsonNode.Parse(answer.ToArray())!.AsObject());
    }

    private async Task ServeAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        if (context.Request.Path != "/")
        {
            _lines = body;
            context.Response.StatusCode = 204;
            return;
        }

        var request = JsonNode.Parse(body)!.AsObject();
        _passed.Add(request);
        var answer = new JsonObject
        {
            ["FailedRecordCount"] = 0,
            ["Records"] = new JsonArray([.. (request["Records"]?.AsArray() ?? []).Select(r => new JsonObject { ["SequenceNumber"] = (string)r!["PartitionKey"]! })]),
        };
        await context.Response.WriteAsync(answer.ToJsonString(), TestContext.Current.CancellationToken);
    }
}
