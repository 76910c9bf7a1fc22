using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace KinesisPatterns.Local.Tests.EventBridge;

/// <summary>PutEvents over the wire, rules and transformers from a template.</summary>
public sealed class EventBridgeTests
{
    private const string Template = """
        {
          "Bus": { "Type": "AWS::Events::EventBus", "Properties": { "Name": "alerts" } },
          "Topic": { "Type": "AWS::SNS::Topic" },
          "TopicPolicy": {
            "Type": "AWS::SNS::TopicPolicy",
            "Properties": { "Topics": [{ "Ref": "Topic" }], "PolicyDocument": { "Statement": {
              "Effect": "Allow", "Principal": { "Service": "events.amazonaws.com" }, "Action": "sns:Publish", "Resource": "*" } } }
          },
          "Rule": {
            "Type": "AWS::Events::Rule",
            "Properties": {
              "EventBusName": { "Ref": "Bus" },
              "EventPattern": { "source": ["shop"], "detail-type": [{ "prefix": "Order" }], "detail": { "total": [{ "numeric": [">", 10] }] } },
              "Targets": [
                { "Id": "a", "Arn": { "Ref": "Topic" }, "InputTransformer": {
                  "InputPathsMap": { "total": "$.detail.total", "who": "$.detail.customer.name", "no": "$.detail.nothing" },
                  "InputTemplate": "\"<who> owes <total><no>\"" } },
                { "Id": "b", "Arn": { "Ref": "Topic" } },
                { "Id": "c", "Arn": { "Ref": "Topic" }, "Input": "fixed" }
              ]
            }
          },
          "Off": {
            "Type": "AWS::Events::Rule",
            "Properties": { "EventBusName": "alerts", "State": "DISABLED", "EventPattern": { "source": ["shop"] }, "Targets": [{ "Id": "a", "Arn": { "Ref": "Topic" } }] }
          }
        }
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_topic_gets_what_the_rule_takes_in_the_words_of_its_transformer()
    {
        var (stack, host) = await TestStack.StartAsync(Template);
        await using var running = stack;

        var (status, answer) = await PutAsync(host, Entry("Order placed", """{"total":12.5,"customer":{"name":"Ann"}}"""));

        Assert.Equal(200, status);
        Assert.Equal(0, (int)answer["FailedEntryCount"]!);
        var messages = host.Services.Events.Sent.Select(message => message.Text).ToList();
        Assert.Equal(["Ann owes 12.5", "fixed"], [messages[0], messages[2]]);
        var whole = JsonNode.Parse(messages[1])!;
        Assert.Equal(("0", "shop", "Order placed", "us-east-1"), ((string?)whole["version"], (string?)whole["source"], (string?)whole["detail-type"], (string?)whole["region"]));
        Assert.Equal((string?)answer["Entries"]![0]!["EventId"], (string?)whole["id"]);
    }

    [Fact]
    public async Task A_topic_whose_policy_does_not_let_the_rule_is_not_told()
    {
        var (stack, host) = await TestStack.StartAsync(Template.Replace("events.amazonaws.com", "cloudwatch.amazonaws.com", StringComparison.Ordinal));
        await using var running = stack;

        await PutAsync(host, Entry("Order placed", """{"total":12.5}"""));

        Assert.Empty(host.Services.Events.Sent);
        Assert.Contains(host.Refused, call => call is { Principal: "events.amazonaws.com", Action: "sns:Publish", Resource: "Topic" });
    }

    [Theory]
    [InlineData("Order placed", """{"total":10}""")]
    [InlineData("Basket", """{"total":99}""")]
    public async Task What_the_pattern_does_not_take_goes_nowhere(string type, string detail)
    {
        var (stack, host) = await TestStack.StartAsync(Template);
        await using var running = stack;

        await PutAsync(host, Entry(type, detail));

        Assert.Empty(host.Services.Events.Sent);
    }

    [Fact]
    public async Task A_bad_entry_is_refused_and_the_others_are_taken()
    {
        var (stack, host) = await TestStack.StartAsync(Template);
        await using var running = stack;

        var (_, answer) = await PutAsync(host, Entry("Order", "not JSON"), Entry("", "{}"), Entry("Order", """{"total":11}"""));

        Assert.Equal(2, (int)answer["FailedEntryCount"]!);
        Assert.Equal(["MalformedDetail", "InvalidArgument", null], answer["Entries"]!.AsArray().Select(entry => (string?)entry!["ErrorCode"]));
        Assert.Equal(3, host.Services.Events.Sent.Count);
    }

    [Theory]
    [InlineData("elsewhere", 1, "ResourceNotFoundException")]
    [InlineData("alerts", 11, "ValidationException")]
    [InlineData("alerts", 0, "ValidationException")]
    public async Task A_bad_request_is_answered_as_AWS_does(string bus, int entries, string error)
    {
        var (stack, host) = await TestStack.StartAsync(Template);
        await using var running = stack;

        var (status, answer) = await PutAsync(host, [.. Enumerable.Range(0, entries).Select(_ => Entry("Order", "{}", bus))]);

        Assert.Equal((400, error), (status, (string?)answer["__type"]));
    }

    private static JsonObject Entry(string type, string detail, string bus = "alerts") =>
        new() { ["EventBusName"] = bus, ["Source"] = "shop", ["DetailType"] = type, ["Detail"] = detail };

    private static async Task<(int Status, JsonNode Answer)> PutAsync(LocalHost host, params JsonObject[] entries)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, host.Endpoint)
        {
            Content = JsonContent.Create(new JsonObject { ["Entries"] = new JsonArray([.. entries]) }),
        };
        request.Headers.Add("X-Amz-Target", "AWSEvents.PutEvents");
        request.Headers.TryAddWithoutValidation("Authorization", TestStack.Signature("local"));
        using var answer = await http.SendAsync(request, Cancellation);
        return ((int)answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancellation))!);
    }
}
