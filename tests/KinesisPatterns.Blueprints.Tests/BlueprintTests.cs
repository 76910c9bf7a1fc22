namespace KinesisPatterns.Blueprints.Tests;

public sealed class BlueprintTests
{
    public static TheoryData<string> Names => Blueprint.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public void Is_what_was_reviewed(string name) => Snapshot.ShouldMatch(Blueprint.Template(name), name);

    [Theory]
    [MemberData(nameof(Names))]
    public void Keeps_what_holds_data_when_the_stack_goes(string name)
    {
        string[] holders =
        [
            "AWS::DynamoDB::GlobalTable",
            "AWS::Kinesis::Stream",
            "AWS::S3::Bucket",
            "AWS::Timestream::InfluxDBInstance",
        ];

        var held = Blueprint.Resources(name).Where(resource => holders.Contains((string?)resource.Resource["Type"]));

        Assert.All(held, resource => Assert.Equal("Retain", (string?)resource.Resource["DeletionPolicy"]));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Every_alarm_tells_somebody_and_says_what_to_do(string name)
    {
        var alarms = Blueprint.Resources(name)
            .Where(resource => (string?)resource.Resource["Type"] == "AWS::CloudWatch::Alarm")
            .Select(resource => resource.Resource["Properties"]!)
            .ToArray();

        Assert.NotEmpty(alarms);
        Assert.All(alarms, alarm =>
        {
            Assert.NotEmpty(alarm["AlarmActions"]!.AsArray());
            Assert.NotEmpty((string?)alarm["AlarmDescription"] ?? "");
            Assert.NotEmpty((alarm["Dimensions"] ?? alarm["Metrics"])!.AsArray());
        });
    }
}
