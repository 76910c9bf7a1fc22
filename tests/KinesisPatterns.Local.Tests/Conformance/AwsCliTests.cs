using System.Text.Json.Nodes;

namespace KinesisPatterns.Local.Tests.Conformance;

/// <summary>The AWS CLI, which sends a record through a stream and a message through a queue.</summary>
public sealed class AwsCliTests
{
    [Fact]
    public async Task Goes_through_a_stream_and_a_queue()
    {
        Assert.SkipUnless((await Client.RunAsync("aws", ["--version"])).Code == 0, "The AWS CLI is not installed.");
        var (stack, host) = await TestStack.StartAsync("""{ "Orders": { "Type": "AWS::Kinesis::Stream", "Properties": { "Name": "orders", "ShardCount": 1 } } }""");
        await using var running = stack;

        // Versions 1 and 2 agree on files only: https://docs.aws.amazon.com/cli/latest/userguide/cliv2-migration-changes.html
        var data = Path.GetTempFileName();
        await File.WriteAllTextAsync(data, "one", TestContext.Current.CancellationToken);
        await AwsAsync(host, $"kinesis put-record --stream-name orders --partition-key k --data fileb://{data}");
        File.Delete(data);
        var iterator = await AwsAsync(host, "kinesis get-shard-iterator --stream-name orders --shard-id shardId-000000000000 --shard-iterator-type TRIM_HORIZON");
        var read = await AwsAsync(host, $"kinesis get-records --shard-iterator {iterator["ShardIterator"]}");
        Assert.Equal("b25l", (string?)Assert.Single(read["Records"]!.AsArray())!["Data"]);

        var queue = await AwsAsync(host, "sqs create-queue --queue-name q");
        await AwsAsync(host, $"sqs send-message --queue-url {queue["QueueUrl"]} --message-body one");
        var received = await AwsAsync(host, $"sqs receive-message --queue-url {queue["QueueUrl"]}");
        Assert.Equal("one", (string?)received["Messages"]![0]!["Body"]);
    }

    private static async Task<JsonObject> AwsAsync(LocalHost host, string command)
    {
        var (code, output) = await Client.RunAsync("aws", [.. command.Split(' '), "--output", "json", "--endpoint-url", host.Endpoint.ToString()], new Dictionary<string, string>
        {
            ["AWS_ACCESS_KEY_ID"] = "a",
            ["AWS_SECRET_ACCESS_KEY"] = "b",
            ["AWS_DEFAULT_REGION"] = "us-east-1",
        });
        Assert.True(code == 0, $"aws {command}: {output}");
        return output.Length == 0 ? [] : JsonNode.Parse(output)!.AsObject();
    }
}
