namespace KinesisPatterns.Cdk;

/// <summary>What the tasks of a cluster may do with streams, by what their connectors call.</summary>
internal static class StatefulFunctionsRole
{
    private static readonly string[] _write =
    [
        "kinesis:DescribeStream",
        "kinesis:DescribeStreamSummary",
        "kinesis:ListShards",
        "kinesis:PutRecord",
        "kinesis:PutRecords",
    ];

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

    public static Grant GrantRead(Role role, IStream stream) => FlinkStreams.GrantRead(role, stream);

    public static Grant GrantWrite(Role role, IStream stream) => FlinkStreams.GrantWrite(role, stream, _write);
}
