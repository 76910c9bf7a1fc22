namespace KinesisPatterns.Cdk;

/// <summary>What the tasks of a cluster may do with streams, by what the sources of their connectors call.</summary>
/// <remarks>
/// Apache: KinesisProxy of flink-connector-kinesis 1.16, and of the Kinesis Producer Library 0.14 the shard map and the pipeline.
/// https://github.com/apache/flink/tree/release-1.16/flink-connectors/flink-connector-kinesis and
/// https://github.com/awslabs/amazon-kinesis-producer/blob/master/CHANGELOG.md
/// The fork: KinesisStreamProxy and KinesisStreamsSinkWriter, https://github.com/apache/flink-connector-aws
/// </remarks>
internal static class StatefulFunctionsRole
{
    private static readonly string[] _read = ["kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards"];

    public static Role In(Construct scope) => new(scope, "Role", new RoleProps
    {
        // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
        AssumedBy = new ServicePrincipal("ecs-tasks.amazonaws.com", new ServicePrincipalOpts
        {
            Conditions = new Dictionary<string, object>
            {
                ["StringEquals"] = new Dictionary<string, object> { ["aws:SourceAccount"] = Stack.Of(scope).Account },
            },
        }),
    });

    public static Grant GrantRead(Role role, IStream stream, StatefulFunctionsRuntime runtime) =>
        FlinkStreams.GrantRead(role, stream, runtime.IsFork ? ["kinesis:DescribeStreamSummary", .. _read] : _read);

    public static Grant GrantWrite(Role role, IStream stream, StatefulFunctionsRuntime runtime) =>
        FlinkStreams.GrantWrite(
            role, stream, runtime.IsFork ? ["kinesis:PutRecords"] : ["kinesis:ListShards", "kinesis:PutRecords"]);
}
