using System.Text.Json.Nodes;

namespace KinesisPatterns.Local.Tests;

public sealed class LibraryTests
{
    // As any CDK app writes it: a stream and a function with its code in the template.
    private const string Resources = """
        {
          "Orders2A43276C": {
            "Type": "AWS::Kinesis::Stream",
            "Properties": { "ShardCount": 1 },
            "Metadata": { "aws:cdk:path": "Demo/Orders/Resource" }
          },
          "Kept": { "Type": "AWS::S3::Bucket", "Properties": {} },
          "Role": {
            "Type": "AWS::IAM::Role",
            "Properties": {
              "AssumeRolePolicyDocument": {
                "Statement": [{ "Effect": "Allow", "Principal": { "Service": "lambda.amazonaws.com" }, "Action": "sts:AssumeRole" }]
              },
              "Policies": [{
                "PolicyName": "All",
                "PolicyDocument": { "Statement": [
                  { "Effect": "Allow", "Action": ["kinesis:*", "logs:*"], "Resource": "*" },
                  { "Effect": "Allow", "Action": ["s3:PutObject", "s3:ListBucket"], "Resource": "*" }
                ] }
              }]
            }
          },
          "Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
              "Runtime": "$runtime", "Handler": "index.handler", "Timeout": 10,
              "Role": { "Fn::GetAtt": ["Role", "Arn"] },
              "Code": { "ZipFile": "$code" }
            }
          },
          "Mapping": {
            "Type": "AWS::Lambda::EventSourceMapping",
            "Properties": {
              "EventSourceArn": { "Fn::GetAtt": ["Orders2A43276C", "Arn"] },
              "FunctionName": { "Ref": "Function" },
              "StartingPosition": "TRIM_HORIZON",
              "MaximumRetryAttempts": 0,
              "BisectBatchOnFunctionError": true,
              "DestinationConfig": { "OnFailure": { "Destination": { "Fn::GetAtt": ["Kept", "Arn"] } } }
            }
          }
        }
        """;

    private const string Script = """
        exports.handler = async event => {
          for (const record of event.Records)
            if (Buffer.from(record.kinesis.data, 'base64').toString() === 'bad') throw new Error('bad record');
        };
        """;

    private const string Python = """
        import base64
        def handler(event, context):
            for record in event["Records"]:
                if base64.b64decode(record["kinesis"]["data"]) == b"bad":
                    raise ValueError("bad record")
        """;

    [Theory]
    [InlineData("nodejs22.x", Script)]
    [InlineData("python3.13", Python)]
    public async Task Records_of_any_CDK_app_are_put_followed_and_found_again(string runtime, string code)
    {
        var (stack, host) = await TestStack.StartAsync(Stack(runtime, code));
        await using var _ = stack;
        var cancellation = TestContext.Current.CancellationToken;

        await host.PutAsync("Orders", "key-1", "good", cancellation);
        var bad = await host.PutAsync("Demo/Orders", "key-2", "bad", cancellation);
        await host.WaitUntilIdleAsync(TimeSpan.FromSeconds(30), cancellation);

        var report = host.Ledger.Check();
        Assert.True(report.IsClean, string.Join('\n', report.Findings));
        Assert.Equal((1, 1), (report.Ends[LedgerEnd.Processed], report.Ends[LedgerEnd.Failed]));
        var fate = Assert.Single(host.Ledger.Find(bad.Stream, bad.SequenceNumber)!.Readers).Value;
        Assert.True(fate.HasPayload);
    }

    [Fact]
    public async Task A_function_that_cannot_be_loaded_says_why()
    {
        var lines = new List<string>();
        await using var stack = new TestStack();
        await using var host = await LocalHost.StartAsync(
            new LocalHostOptions
            {
                AssemblyDirectory = stack.Write(Stack("nodejs22.x", "throw new Error('no such luck');")),
                FunctionOutput = (_, line) =>
                {
                    lock (lines)
                    {
                        lines.Add(line);
                    }
                },
            },
            TestContext.Current.CancellationToken);

        await host.PutAsync("Orders", "key", "x", TestContext.Current.CancellationToken);
        await host.WaitUntilIdleAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        lock (lines)
        {
            Assert.Contains(lines, l => l.Contains("no such luck", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task A_wait_that_is_too_short_says_what_is_still_on_its_way()
    {
        var (stack, host) = await TestStack.StartAsync(Stack("nodejs22.x", "exports.handler = () => new Promise(() => setTimeout(() => {}, 60000));"));
        await using var _ = stack;
        await host.PutAsync("Orders", "key", "x", TestContext.Current.CancellationToken);

        var error = await Assert.ThrowsAsync<TimeoutException>(
            () => host.WaitUntilIdleAsync(TimeSpan.FromSeconds(1), TestContext.Current.CancellationToken));

        Assert.Contains("1 records are still on their way", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Nothing")]
    [InlineData("Kept")]
    public async Task Fails_for_a_stream_that_is_none(string name)
    {
        var (stack, host) = await TestStack.StartAsync(Stack("nodejs22.x", Script));
        await using var _ = stack;

        var error = await Assert.ThrowsAsync<LocalHostException>(() => host.PutAsync(name, "key", "x", TestContext.Current.CancellationToken));

        Assert.Contains(name, error.Message, StringComparison.Ordinal);
    }

    private static string Stack(string runtime, string code)
    {
        var resources = JsonNode.Parse(Resources.Replace("$runtime", runtime, StringComparison.Ordinal))!;
        resources["Function"]!["Properties"]!["Code"]!["ZipFile"] = code;
        return resources.ToJsonString();
    }
}
