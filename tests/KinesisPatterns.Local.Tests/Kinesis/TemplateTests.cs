using KinesisPatterns.Local.Tests.Conformance;

namespace KinesisPatterns.Local.Tests.Kinesis;

[Rule("https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-kinesis-streamconsumer.html")]
public sealed class TemplateTests
{
    [Fact]
    public async Task A_consumer_and_a_policy_of_the_template_are_there_at_once()
    {
        var (stack, host) = await TestStack.StartAsync("""
            {
              "Fast": { "Type": "AWS::Kinesis::StreamConsumer", "Properties": { "StreamARN": { "Fn::GetAtt": ["Orders", "Arn"] }, "ConsumerName": "fast" } },
              "Orders": { "Type": "AWS::Kinesis::Stream", "Properties": { "Name": "orders", "ShardCount": 1 } },
              "Shared": {
                "Type": "AWS::Kinesis::ResourcePolicy",
                "Properties": {
                  "ResourceArn": { "Fn::GetAtt": ["Orders", "Arn"] },
                  "ResourcePolicy": { "Statement": [{ "Effect": "Allow", "Principal": "*", "Action": "kinesis:PutRecord", "Resource": { "Fn::GetAtt": ["Orders", "Arn"] } }] }
                }
              }
            }
            """, """{ "Consumer": { "Value": { "Ref": "Fast" } }, "Stream": { "Value": { "Fn::GetAtt": ["Fast", "StreamARN"] } } }""");
        await using var running = stack;
        using var kinesis = new KinesisSide(host.Endpoint);

        var (_, consumer) = await kinesis.CallAsync("DescribeStreamConsumer", new() { ["ConsumerARN"] = host.Outputs["Consumer"] });
        var (_, policy) = await kinesis.CallAsync("GetResourcePolicy", new() { ["ResourceARN"] = host.Outputs["Stream"] });

        Assert.Equal("ACTIVE", (string?)consumer["ConsumerDescription"]!["ConsumerStatus"]);
        Assert.Equal(host.Outputs["Stream"], (string?)consumer["ConsumerDescription"]!["StreamARN"]);
        Assert.Contains("kinesis:PutRecord", (string?)policy["Policy"], StringComparison.Ordinal);
    }
}
