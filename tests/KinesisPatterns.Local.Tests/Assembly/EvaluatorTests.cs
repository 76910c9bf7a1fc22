using System.Text.Json.Nodes;
using KinesisPatterns.Local.Assembly;

namespace KinesisPatterns.Local.Tests.Assembly;

public sealed class EvaluatorTests
{
    [Theory]
    [InlineData("""{ "Ref": "AWS::Region" }""", "\"eu-central-1\"")]
    [InlineData("""{ "Ref": "Readings" }""", "\"Demo-Readings\"")]
    [InlineData("""{ "Fn::GetAtt": ["Readings", "Arn"] }""", "\"arn:aws:kinesis:eu-central-1:000000000000:stream/Demo-Readings\"")]
    [InlineData("""{ "Fn::GetAtt": "Readings.Arn" }""", "\"arn:aws:kinesis:eu-central-1:000000000000:stream/Demo-Readings\"")]
    [InlineData("""{ "Fn::Join": ["-", ["a", { "Ref": "AWS::AccountId" }, 3]] }""", "\"a-000000000000-3\"")]
    [InlineData("""{ "Fn::Sub": "${Readings}/${AWS::Region}/${!Kept}/${Readings.Arn}" }""", "\"Demo-Readings/eu-central-1/${Kept}/arn:aws:kinesis:eu-central-1:000000000000:stream/Demo-Readings\"")]
    [InlineData("""{ "Fn::Sub": ["${x}-${AWS::Region}", { "x": { "Ref": "Readings" } }] }""", "\"Demo-Readings-eu-central-1\"")]
    [InlineData("""{ "Fn::Select": ["1", { "Fn::Split": [":", "a:b:c"] }] }""", "\"b\"")]
    [InlineData("""{ "Fn::Select": [0, { "Fn::GetAZs": "" }] }""", "\"eu-central-1a\"")]
    [InlineData("""{ "Fn::If": ["IsHere", "yes", "no"] }""", "\"yes\"")]
    [InlineData("""{ "Fn::If": ["IsNotHere", "yes", "no"] }""", "\"no\"")]
    [InlineData("""{ "Fn::FindInMap": ["Sizes", { "Ref": "AWS::Region" }, "small"] }""", "7")]
    [InlineData("""{ "Fn::Base64": "hi" }""", "\"aGk=\"")]
    [InlineData("""{ "a": { "Ref": "AWS::NoValue" }, "b": [1, { "Ref": "AWS::NoValue" }] }""", """{"b":[1]}""")]
    [InlineData("""{ "Ref": "Retention" }""", "\"24\"")]
    public void Resolves_an_intrinsic_function(string expression, string expected) =>
        Assert.Equal(expected, Deployed(expression).Resources.Single(r => r.LogicalId == "Probe").Properties["Value"]!.ToJsonString());

    [Theory]
    [InlineData("""{ "Ref": "Nobody" }""", "Nobody")]
    [InlineData("""{ "Fn::GetAtt": ["Nobody", "Arn"] }""", "Nobody")]
    [InlineData("""{ "Fn::Cidr": ["10.0.0.0/16", 2, 8] }""", "Fn::Cidr")]
    [InlineData("""{ "Fn::If": ["NoSuch", 1, 2] }""", "NoSuch")]
    public void Fails_with_the_construct_path_when_something_is_not_there(string expression, string named)
    {
        var error = Assert.Throws<LocalHostException>(() => Deployed(expression));

        Assert.StartsWith("Demo/Probe:", error.Message, StringComparison.Ordinal);
        Assert.Contains(named, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Leaves_out_a_resource_whose_condition_does_not_hold() =>
        Assert.DoesNotContain(Deployed("1").Resources, r => r.LogicalId == "Absent");

    private static Deployment Deployed(string expression)
    {
        var template = JsonNode.Parse($$"""
            {
              "Parameters": { "Retention": { "Type": "Number", "Default": "24" } },
              "Mappings": { "Sizes": { "eu-central-1": { "small": 7 } } },
              "Conditions": {
                "IsHere": { "Fn::Equals": [{ "Ref": "AWS::Region" }, "eu-central-1"] },
                "IsNotHere": { "Fn::Not": [{ "Condition": "IsHere" }] }
              },
              "Resources": {
                "Probe": { "Type": "Custom::Probe", "Metadata": { "aws:cdk:path": "Demo/Probe" }, "Properties": { "Value": {{expression}} } },
                "Readings": { "Type": "AWS::Kinesis::Stream" },
                "Absent": { "Type": "AWS::Kinesis::Stream", "Condition": "IsNotHere" }
              }
            }
            """)!.AsObject();
        return new(new("Demo", "Demo", template, new Dictionary<string, string>(), []), new("000000000000", "eu-central-1"));
    }
}
