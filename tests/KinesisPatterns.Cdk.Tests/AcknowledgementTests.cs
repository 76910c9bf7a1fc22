using Amazon.CDK.AWS.SQS;

namespace KinesisPatterns.Cdk.Tests;

public sealed class AcknowledgementTests
{
    private readonly Stack _stack = new();

    [Fact]
    public void Is_written_on_the_resource_beside_those_before_it()
    {
        var queue = new Queue(_stack, "Queue");

        queue.Acknowledge("AwsSolutions-SQS3", "It is a dead-letter queue itself.");
        queue.Acknowledge("AwsSolutions-IAM5", "Two findings of one rule.", "Resource::*", "/^Action::.*$/");

        _stack.ShouldHaveResource("AWS::SQS::Queue", """
            {
              "Metadata": {
                "cdk_nag": {
                  "rules_to_suppress": [
                    { "id": "AwsSolutions-SQS3", "reason": "It is a dead-letter queue itself.", "applies_to": null },
                    {
                      "id": "AwsSolutions-IAM5",
                      "reason": "Two findings of one rule.",
                      "applies_to": ["Resource::*", { "regex": "/^Action::.*$/" }]
                    }
                  ]
                }
              }
            }
            """);
    }

    [Fact]
    public void Fails_for_a_whole_stack() =>
        Synth.ShouldFail(
            "Default: expected one resource to accept a finding on, got Stack",
            () => _stack.Acknowledge("AwsSolutions-SQS3", "Nobody reads it anyway."));

    [Fact]
    public void Fails_for_a_group_of_resources() =>
        Synth.ShouldFail(
            "Default/Group: expected one resource to accept a finding on, got Construct",
            () => new Constructs.Construct(_stack, "Group").Acknowledge("AwsSolutions-SQS3", "Nobody reads it."));

    [Fact]
    public void Fails_without_a_reason() =>
        Synth.ShouldFail(
            "Default/Queue: expected the reason why AwsSolutions-SQS3 is accepted, got 'n/a'",
            () => new Queue(_stack, "Queue").Acknowledge("AwsSolutions-SQS3", "n/a"));
}
