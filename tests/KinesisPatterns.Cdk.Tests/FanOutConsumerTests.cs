using Amazon.CDK.AWS.IAM;
using Amazon.CDK.AWS.KMS;

namespace KinesisPatterns.Cdk.Tests;

public sealed class FanOutConsumerTests
{
    private readonly Stack _stack = new();

    [Fact]
    public void Is_registered_on_its_stream_under_a_name_of_its_own()
    {
        var stream = new DataStream(_stack, "Orders");

        stream.AddConsumer("Audit");
        stream.AddConsumer("Billing");

        var names = _stack.All("AWS::Kinesis::StreamConsumer")
            .Select(consumer => consumer.GetProperty("Properties").GetProperty("ConsumerName").GetString());
        Assert.Equal(2, names.Distinct().Count());
        _stack.ShouldHave("AWS::Kinesis::StreamConsumer", """
            { "StreamARN": { "Fn::GetAtt": ["Orders2A43276C", "Arn"] } }
            """);
    }

    [Fact]
    public void Granting_read_allows_to_subscribe_and_includes_the_key()
    {
        var stream = new DataStream(_stack, "Orders", new() { Key = new Key(_stack, "Key") });

        stream.AddConsumer("Audit").GrantRead(new User(_stack, "Reader"));

        _stack.ShouldHave("AWS::IAM::Policy", """
            {
              "PolicyDocument": {
                "Statement": [
                  {
                    "Action": ["kinesis:DescribeStreamConsumer", "kinesis:SubscribeToShard"],
                    "Effect": "Allow",
                    "Resource": { "Fn::GetAtt": ["OrdersAudit7C320DFA", "ConsumerARN"] }
                  },
                  { "Resource": { "Fn::GetAtt": ["Orders2A43276C", "Arn"] } },
                  { "Action": "kms:Decrypt" }
                ]
              }
            }
            """);
    }

    [Fact]
    public void A_function_reads_through_it()
    {
        var consumer = new DataStream(_stack, "Orders").AddConsumer("Audit");

        new StreamFunction(_stack, "Handle", new() { Source = consumer, Function = Published.Function });

        _stack.ShouldHave("AWS::Lambda::EventSourceMapping", """
            { "EventSourceArn": { "Fn::GetAtt": ["OrdersAudit7C320DFA", "ConsumerARN"] } }
            """);
        Assert.Contains("kinesis:SubscribeToShard", _stack.AllowedActions());
    }

    [Fact]
    public void Its_lag_is_that_of_this_consumer()
    {
        var consumer = new DataStream(_stack, "Orders").AddConsumer("Audit");

        new Alarms(_stack, "Alarms", new Watch("Lag", consumer.MetricMillisBehindLatest(), 0, "Look."));

        var (metric, statistic, dimensions) = Assert.Single(_stack.AlarmedMetrics());
        Assert.Equal("SubscribeToShardEvent.MillisBehindLatest", metric);
        Assert.Equal("Maximum", statistic);
        Assert.Equal(
            """[{"Name":"ConsumerName","Value":"OrdersAudit94F9463C"},"""
            + """{"Name":"StreamName","Value":{"Ref":"Orders2A43276C"}}]""",
            dimensions);
    }
}
