using System.Text.Json.Nodes;
using KinesisPatterns.Local.Assembly;
using KinesisPatterns.Local.StatefulFunctions;

namespace KinesisPatterns.Local.Tests.StatefulFunctions;

public sealed class ClusterTasksTests
{
    [Theory]
    [InlineData("parallelism.default: 2\\nstate.checkpoints.dir: s3://snapshots/checkpoints\\nstate.savepoints.dir: s3://snapshots/savepoints", "snapshots", "checkpoints/0123")]
    [InlineData("execution.checkpointing.dir: s3://snapshots/checkpoints", "snapshots", "checkpoints/0123")]
    [InlineData("parallelism.default: 2", null, "0123")]
    public void Says_as_whom_the_job_runs_and_where_its_checkpoints_are(string configuration, string? bucket, string folder)
    {
        var template = JsonNode.Parse($$"""
            {
              "Resources": {
                "Task": { "Type": "AWS::ECS::TaskDefinition", "Properties": {
                  "TaskRoleArn": "arn:role",
                  "ContainerDefinitions": [
                    { "Environment": [{ "Name": "JOB_ID", "Value": "0123" }] },
                    { "Environment": [{ "Name": "FLINK_CONF", "Value": "{{configuration}}" }] } ] } }
              }
            }
            """)!.AsObject();
        var deployment = new Deployment(new("Demo", "Demo", template, new Dictionary<string, string>(), []), new("000000000000", "us-east-1"));

        Assert.Equal(new ClusterTasks("arn:role", bucket, folder), ClusterTasks.Of(deployment.Resources));
    }
}
