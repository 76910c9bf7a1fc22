using KinesisPatterns.Local.Page;

namespace KinesisPatterns.Local.Tests;

public sealed class DeploymentHookTests
{
    // As the CDK's provider framework synthesizes it.
    private const string Template = """
        {
          "Lifecycle": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
              "Code": { "S3Bucket": "b", "S3Key": "not-in-the-assembly" }, "Handler": "Some.Function", "Runtime": "dotnet10",
              "Role": "arn:aws:iam::000000000000:role/r"
            }
          },
          "Framework": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
              "Code": { "S3Bucket": "b", "S3Key": "not-in-the-assembly" }, "Handler": "framework.onEvent", "Runtime": "nodejs24.x",
              "Role": "arn:aws:iam::000000000000:role/r",
              "Environment": {
                "Variables": {
                  "USER_ON_EVENT_FUNCTION_ARN": { "Fn::GetAtt": ["Lifecycle", "Arn"] },
                  "WAITER_STATE_MACHINE_ARN": { "Ref": "Waiter" }
                }
              }
            }
          },
          "Waiter": {
            "Type": "AWS::StepFunctions::StateMachine",
            "Properties": { "DefinitionString": { "Fn::Join": ["", ["{", { "Fn::GetAtt": ["Framework", "Arn"] }, "}"]] } }
          },
          "Application": {
            "Type": "AWS::KinesisAnalyticsV2::Application",
            "Properties": { "ApplicationName": "Demo-Job", "RuntimeEnvironment": "FLINK-2_2" },
            "DependsOn": ["Preparation"]
          },
          "Logging": {
            "Type": "AWS::KinesisAnalyticsV2::ApplicationCloudWatchLoggingOption",
            "Properties": { "ApplicationName": { "Ref": "Application" } }
          },
          "Preparation": {
            "Type": "Custom::FlinkPreparation",
            "Properties": { "ServiceToken": { "Fn::GetAtt": ["Framework", "Arn"] }, "ApplicationName": "Demo-Job" }
          },
          "Operation": {
            "Type": "Custom::FlinkOperation",
            "Properties": {
              "ServiceToken": { "Fn::GetAtt": ["Framework", "Arn"] }, "Version": { "Fn::GetAtt": ["Preparation", "Version"] }
            }
          }
        }
        """;

    [Fact]
    public async Task What_only_takes_part_in_deployments_is_checked_and_not_run()
    {
        var (stack, host) = await TestStack.StartAsync(Template);
        await using var _ = stack;

        Assert.Equal(7, host.Resources.Count);
        Assert.All(host.Resources, resource => Assert.False(resource.Runs));
        Assert.All(host.Resources, resource => Assert.StartsWith("checked, not run", resource.Here, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_page_counts_only_what_runs()
    {
        var (stack, host) = await TestStack.StartAsync(Template);
        await using var _ = stack;

        var counts = PageCounts.Nodes(host, source: "");

        Assert.Equal([Pipeline.SourceId], counts.Keys);
        Assert.Empty(new Pipeline(host.Deployment, "Simulator").Layers());
    }
}
