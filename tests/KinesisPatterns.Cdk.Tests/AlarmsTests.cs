using Amazon.CDK.AWS.SNS;

namespace KinesisPatterns.Cdk.Tests;

public sealed class AlarmsTests
{
    private readonly Stack _stack = new();
    private readonly Alarms _alarms;

    public AlarmsTests()
    {
        var orders = new DataStream(_stack, "Orders");
        var lag = new Watch("Lag", orders.MetricIteratorAge(), Above: 60_000, Then: "Look at the reader.");
        _alarms = new Alarms(_stack, "Alarms", lag);
    }

    [Fact]
    public void Rise_within_a_minute_say_what_to_do_and_stay_quiet_without_data() =>
        _stack.ShouldHave("AWS::CloudWatch::Alarm", """
            {
              "MetricName": "GetRecords.IteratorAgeMilliseconds",
              "Threshold": 60000,
              "ComparisonOperator": "GreaterThanThreshold",
              "Period": 60,
              "EvaluationPeriods": 1,
              "TreatMissingData": "notBreaching",
              "AlarmDescription": "Look at the reader.",
              "AlarmActions": null
            }
            """);

    [Fact]
    public void Tell_a_topic_when_they_rise_and_when_they_are_over()
    {
        _alarms.Notify(new Topic(_stack, "Topic"));

        _stack.ShouldHave("AWS::CloudWatch::Alarm", """
            { "AlarmActions": [{ "Ref": "TopicBFC7AF6E" }], "OKActions": [{ "Ref": "TopicBFC7AF6E" }] }
            """);
    }
}
