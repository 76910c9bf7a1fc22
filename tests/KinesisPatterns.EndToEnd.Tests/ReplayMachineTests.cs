using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Amazon.DynamoDBv2;
using Amazon.DynamoDBv2.Model;
using Amazon.Runtime;
using KinesisPatterns.Local;
using KinesisPatterns.Local.Feed;
using KinesisPatterns.Local.Kinesis;
using static KinesisPatterns.Local.Tests.StepFunctions.Executions;

namespace KinesisPatterns.EndToEnd.Tests;

/// <summary>The state machine of EventSourcing with the function that it calls, both with no more rights than their roles have.</summary>
public sealed class ReplayMachineTests(Blueprint blueprint)
{
    private const int Before = 150;
    private const int During = 200;
    private const int After = 60;
    private const double Rate = 50;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_read_model_is_rebuilt_while_commands_come_and_its_readers_are_switched()
    {
        await using var host = await LocalHost.StartAsync(
            new() { AssemblyDirectory = blueprint.Directory, Stack = "EventSourcing", EnforceQuotas = false }, Cancellation);
        await using var run = new CommandRun(host, "Simulator");
        var simulator = new CommandSimulator(seed: 3, faulty: 0.05);
        await run.FeedAsync(Commands(simulator, Before), Rate, Cancellation);

        var feeding = run.FeedAsync(Commands(simulator, During), Rate, Cancellation);
        var started = await AskAsync(host, "StartExecution", new() { ["stateMachineArn"] = host.Outputs["ReplayMachineArn"], ["input"] = """{"switch":true}""" });
        var ended = await EndAsync(host, started);
        await feeding;
        await run.FeedAsync(Commands(simulator, After), Rate, Cancellation);
        await run.DrainAsync(TimeSpan.FromMinutes(1), Cancellation);

        Assert.True((string?)ended["status"] == "SUCCEEDED", ended.ToJsonString());
        Assert.Equal("Switched", (string?)JsonNode.Parse((string)ended["output"]!)!["phase"]);
        Assert.True(run.Summarize().Complete, run.Summarize().ToJson());
        var expected = Versions(host);
        Assert.True(expected.Count > 50, $"{expected.Count} aggregates");
        Assert.Equal(expected, await ItemsAsync(host, "NextReadModelTableName"));
        Assert.NotEqual(expected, await ItemsAsync(host, "ReadModelTableName"));
        Assert.Equal([], host.Refused);
        await AnswersAsync(host, expected.Last(item => item.Key.StartsWith("order/", StringComparison.Ordinal)));
    }

    private static IEnumerable<FedRecord> Commands(CommandSimulator simulator, int count) => Enumerable.Range(0, count).Select(_ => simulator.Next());

    // The last event of each aggregate, by what the stream has.
    private static SortedDictionary<string, long> Versions(LocalHost host)
    {
        var versions = new SortedDictionary<string, long>(StringComparer.Ordinal);
        var records = new KinesisRecord[500];
        foreach (var shard in host.Services.Kinesis.TryGet(host.Outputs["EventsStreamName"])!.Shards)
        {
            for (var reader = new ShardReader(shard, ShardPosition.TrimHorizon); reader.HasMore;)
            {
                var count = reader.Read(records);
                foreach (ref readonly var record in records.AsSpan(0, count))
                {
                    var read = JsonNode.Parse(record.Data.Span)!;
                    var key = $"{read["aggregate"]}/{read["id"]}";
                    versions[key] = Math.Max(versions.GetValueOrDefault(key), (long)read["version"]!);
                }
            }
        }

        return versions;
    }

    private static async Task<SortedDictionary<string, long>> ItemsAsync(LocalHost host, string output)
    {
        using var dynamo = new AmazonDynamoDBClient(
            new BasicAWSCredentials("local", "local"), new AmazonDynamoDBConfig { ServiceURL = $"{host.Endpoint}", AuthenticationRegion = "us-east-1" });
        var items = new SortedDictionary<string, long>(StringComparer.Ordinal);
        var request = new ScanRequest { TableName = host.Outputs[output] };
        do
        {
            var page = await dynamo.ScanAsync(request, Cancellation);
            foreach (var item in page.Items)
            {
                items[item["id"].S] = long.Parse(item["version"].N, System.Globalization.CultureInfo.InvariantCulture);
            }

            request.ExclusiveStartKey = page.LastEvaluatedKey;
        }
        while (request.ExclusiveStartKey is { Count: > 0 });

        return items;
    }

    private static async Task AnswersAsync(LocalHost host, KeyValuePair<string, long> order)
    {
        using var api = new HttpClient { BaseAddress = new(host.Outputs["QueryApiUrl"]) };
        var answer = await api.GetFromJsonAsync<JsonObject>($"orders/{order.Key["order/".Length..]}", Cancellation);
        Assert.Equal(order.Value, (long)answer!["version"]!);
    }
}
