using Amazon.CDK.AWS.S3.Assets;

namespace KinesisPatterns.Cdk;

/// <summary>The role of a Flink application: what the service needs of it, and what the job was granted.</summary>
/// <remarks>https://docs.aws.amazon.com/managed-flink/latest/java/how-iam.html</remarks>
internal static class FlinkRole
{
    // https://docs.aws.amazon.com/managed-flink/latest/java/vpc-permissions.html
    private static readonly string[] _networkInterfaces =
    [
        "ec2:CreateNetworkInterface",
        "ec2:CreateNetworkInterfacePermission",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeDhcpOptions",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcs",
    ];

    private static readonly string[] _code = ["s3:GetObject", "s3:GetObjectVersion"];

    private static readonly string[] _logs = ["logs:DescribeLogStreams", "logs:PutLogEvents"];

    private static readonly string[] _read =
    [
        "kinesis:DescribeStream",
        "kinesis:DescribeStreamSummary",
        "kinesis:GetRecords",
        "kinesis:GetShardIterator",
        "kinesis:ListShards",
    ];

    private static readonly string[] _write =
    [
        "kinesis:DescribeStream",
        "kinesis:DescribeStreamSummary",
        "kinesis:PutRecord",
        "kinesis:PutRecords",
    ];

    public static Role In(Construct scope, Asset code, ILogGroup logs, FunctionNetwork? network)
    {
        var role = new Role(scope, "Role", new RoleProps
        {
            AssumedBy = new ServicePrincipal("kinesisanalytics.amazonaws.com"),
        });
        role.Allow(_code, code.Bucket.ArnForObjects(code.S3ObjectKey));

        // The ARN of a log group ends in :*, which is its streams.
        role.Allow(_logs, logs.LogGroupArn);
        role.Allow(["logs:DescribeLogGroups"], "*");
        if (network is not null)
        {
            role.Allow(_networkInterfaces, "*");
        }

        FunctionRole.Policy(role).Acknowledge(
            "AwsSolutions-IAM5",
            "The service looks for its log group among all, and a network interface has no name before it exists.",
            "Resource::*");
        return role;
    }

    public static Grant GrantRead(Role role, IStream stream) => FlinkStreams.GrantRead(role, stream, _read);

    public static Grant GrantWrite(Role role, IStream stream) => FlinkStreams.GrantWrite(role, stream, _write);
}
