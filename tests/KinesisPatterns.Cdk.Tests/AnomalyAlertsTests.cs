using Amazon.CDK.AWS.EC2;
using Amazon.CDK.AWS.IAM;

namespace KinesisPatterns.Cdk.Tests;

public sealed class AnomalyAlertsTests
{
    private readonly Stack _stack = new();

    [Fact]
    public void Tells_of_anomalies_in_words()
    {
        new AnomalyAlerts(_stack, "Anomalies");

        _stack.ShouldHave("AWS::Events::Rule", """
            {
              "EventPattern": { "source": ["kinesis-patterns.time-series"], "detail-type": ["Anomaly detected"] },
              "State": "ENABLED"
            }
            """);
        var target = _stack.Only("AWS::Events::Rule").GetProperty("Properties").GetProperty("Targets")[0];
        var transformer = target.GetProperty("InputTransformer");
        Assert.Equal("$.detail.reason", transformer.GetProperty("InputPathsMap").GetProperty("detail-reason").GetString());
        Assert.StartsWith(
            "\"<detail-metric> of <detail-device> is unusual at <detail-time>",
            transformer.GetProperty("InputTemplate").GetString(),
            StringComparison.Ordinal);
        Assert.Contains("Kept", target.GetProperty("DeadLetterConfig").GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_topic_is_encrypted_with_a_key_that_EventBridge_may_use()
    {
        new AnomalyAlerts(_stack, "Anomalies");

        Assert.True(_stack.Only("AWS::SNS::Topic").GetProperty("Properties").TryGetProperty("KmsMasterKeyId", out _));
        Assert.Contains(
            """{"Action":["kms:Decrypt","kms:GenerateDataKey"],"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Resource":"*"}""",
            _stack.Only("AWS::KMS::Key").GetRawText(),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Alarms_when_somebody_could_not_be_told()
    {
        new AnomalyAlerts(_stack, "Anomalies");

        Assert.Equal(["ApproximateNumberOfMessagesVisible"], _stack.AlarmedMetrics().Select(alarm => alarm.Metric));
    }

    [Fact]
    public void A_detector_may_put_events_on_this_bus_and_nothing_else()
    {
        var role = new Role(_stack, "Detector", new RoleProps { AssumedBy = new ServicePrincipal("lambda.amazonaws.com") });

        new AnomalyAlerts(_stack, "Anomalies").GrantPut(role);

        Assert.Equal(["events:PutEvents"], _stack.AllowedActions());
    }

    [Fact]
    public void Detectors_in_a_vpc_reach_EventBridge_for_this_bus_only()
    {
        var vpc = new Vpc(_stack, "Vpc");
        var group = new SecurityGroup(_stack, "Group", new SecurityGroupProps { Vpc = vpc });

        new AnomalyAlerts(_stack, "Anomalies", new()
        {
            Network = new(vpc, new SubnetSelection { SubnetType = SubnetType.PRIVATE_WITH_EGRESS }, group),
        });

        var endpoint = _stack.Only("AWS::EC2::VPCEndpoint").GetProperty("Properties");
        Assert.Contains(".events", endpoint.GetProperty("ServiceName").GetRawText(), StringComparison.Ordinal);
        Assert.Contains("events:PutEvents", endpoint.GetProperty("PolicyDocument").GetRawText(), StringComparison.Ordinal);
    }
}
