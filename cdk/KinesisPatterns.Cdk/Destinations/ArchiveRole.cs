namespace KinesisPatterns.Cdk;

/// <summary>What Firehose may do for one <see cref="Archive"/>.</summary>
/// <remarks>https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html</remarks>
internal static class ArchiveRole
{
    private static readonly string[] _read =
        ["kinesis:DescribeStream", "kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards"];

    private static readonly string[] _list =
        ["s3:GetBucketLocation", "s3:ListBucket", "s3:ListBucketMultipartUploads"];

    private static readonly string[] _write = ["s3:AbortMultipartUpload", "s3:GetObject", "s3:PutObject"];

    public static Role In(Construct scope, ArchiveProps props, IBucket bucket, string folder, ILogGroup log)
    {
        var role = new Role(scope, "Role", new RoleProps
        {
            AssumedBy = new ServicePrincipal("firehose.amazonaws.com", new ServicePrincipalOpts
            {
                Conditions = new Dictionary<string, object>
                {
                    ["StringEquals"] = new Dictionary<string, object>
                    {
                        ["aws:SourceAccount"] = Stack.Of(scope).Account,
                    },
                },
            }),
        });

        props.Source.Grant(role, _read);
        props.Source.EncryptionKey?.GrantDecrypt(role);
        Allow(role, _list, bucket.BucketArn);
        Allow(role, _write, bucket.ArnForObjects($"{folder}data/*"), bucket.ArnForObjects($"{folder}errors/*"));
        bucket.EncryptionKey?.GrantEncryptDecrypt(role);
        log.GrantWrite(role);
        props.Transform?.GrantInvoke(role);

        FunctionRole.Policy(role).Acknowledge(
            "AwsSolutions-IAM5",
            "Objects are named after the hour in which they are written; the folder is the narrowest scope.");

        return role;
    }

    private static void Allow(Role role, string[] actions, params string[] resources) =>
        role.AddToPolicy(new PolicyStatement(new PolicyStatementProps { Actions = actions, Resources = resources }));
}
