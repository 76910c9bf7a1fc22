using System.Text.Json.Nodes;
using KinesisPatterns.Local.Assembly;

namespace KinesisPatterns.Local.Tests.Flink;

public sealed class FlinkEquivalentsTests
{
    private const string Template = """
        {
          "Resources": {
            "Readings": { "Type": "AWS::Kinesis::Stream", "Properties": {} },
            "Role": { "Type": "AWS::IAM::Role", "Properties": {} },
            "Job": {
              "Type": "AWS::KinesisAnalyticsV2::Application",
              "Properties": { "ServiceExecutionRole": { "Fn::GetAtt": ["Role", "Arn"] } },
              "Metadata": {
                "aws:cdk:path": "Demo/Job/Resource",
                "kinesis-patterns:equivalent": {
                  "Code": "asset.1", "Handler": "Cleansing", "Runtime": "dotnet10", "Timeout": 60, "MemorySize": 512,
                  "Environment": { "STREAM": { "Ref": "Readings" } },
                  "Source": { "Fn::GetAtt": ["Readings", "Arn"] }
                }
              }
            },
            "Other": { "Type": "AWS::KinesisAnalyticsV2::Application", "Properties": {} }
          }
        }
        """;

    private static StackArtifact Stack { get; } = new("Demo", "Demo", JsonNode.Parse(Template)!.AsObject(), new Dictionary<string, string>(), []);

    [Fact]
    public void The_function_has_the_place_the_stream_and_the_role_of_the_job()
    {
        var stack = FlinkEquivalents.AddTo(Stack, "/assembly");
        var deployment = new Deployment(stack, new("000000000000", "eu-central-1"));

        var function = Assert.Single(deployment.OfType("AWS::Lambda::Function"));
        Assert.Equal("Demo/Job/C# equivalent", function.Path);
        Assert.Equal("Demo-Readings", (string?)function.Properties["Environment"]?["Variables"]?["STREAM"]);
        Assert.Equal(deployment.Find("Role")!.Attributes["Arn"], (string?)function.Properties["Role"]);
        Assert.Equal(Path.GetFullPath("/assembly/asset.1"), deployment.Asset("asset.1"));
        var mapping = Assert.Single(deployment.OfType("AWS::Lambda::EventSourceMapping"));
        Assert.Equal(function.Ref, (string?)mapping.Properties["FunctionName"]);
        Assert.Equal(deployment.Find("Readings")!.Attributes["Arn"], (string?)mapping.Properties["EventSourceArn"]);
    }

    [Fact]
    public void An_application_that_names_no_equivalent_gets_none()
    {
        FlinkEquivalents.AddTo(Stack, "/assembly");

        Assert.True(FlinkEquivalents.IsNamedBy(Stack.Template["Resources"]!["Job"]!));
        Assert.False(FlinkEquivalents.IsNamedBy(Stack.Template["Resources"]!["Other"]!));
        Assert.DoesNotContain("Equivalent", Stack.Template.ToJsonString(), StringComparison.Ordinal);
    }
}
