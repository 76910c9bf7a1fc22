using System.Text.Json.Nodes;

namespace KinesisPatterns.Local.Iam;

/// <summary>The policies of AWS that stacks of functions and streams name.</summary>
/// <remarks>https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html</remarks>
internal static class ManagedPolicies
{
    private static readonly string[] Logs = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"];

    private static readonly string[] Interfaces =
    [
        "ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DescribeSubnets", "ec2:DeleteNetworkInterface",
        "ec2:AssignPrivateIpAddresses", "ec2:UnassignPrivateIpAddresses",
    ];

    private static readonly Dictionary<string, string[]> Actions = new(StringComparer.Ordinal)
    {
        ["AdministratorAccess"] = ["*"],
        ["AmazonAPIGatewayPushToCloudWatchLogs"] =
        [
            .. Logs, "logs:DescribeLogGroups", "logs:DescribeLogStreams", "logs:GetLogEvents", "logs:FilterLogEvents",
        ],
        ["AmazonKinesisFullAccess"] = ["kinesis:*"],
        ["AmazonKinesisReadOnlyAccess"] = ["kinesis:Get*", "kinesis:List*", "kinesis:Describe*"],
        ["AWSLambdaBasicExecutionRole"] = Logs,
        ["AWSLambdaDynamoDBExecutionRole"] = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams", .. Logs],
        ["AWSLambdaKinesisExecutionRole"] =
        [
            "kinesis:DescribeStream", "kinesis:DescribeStreamSummary", "kinesis:GetRecords", "kinesis:GetShardIterator", "kinesis:ListShards",
            "kinesis:ListStreams", "kinesis:SubscribeToShard", .. Logs,
        ],
        ["AWSLambdaSQSQueueExecutionRole"] = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes", .. Logs],
        ["AWSLambdaVPCAccessExecutionRole"] = [.. Logs, .. Interfaces],
        ["AWSXRayDaemonWriteAccess"] =
        [
            "xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:GetSamplingStatisticSummaries",
        ],
    };

    /// <summary>Whether an ARN names a policy of AWS.</summary>
    public static bool IsOne(string arn) => arn.Contains(":iam::aws:policy/", StringComparison.Ordinal);

    /// <summary>The policy of that ARN; null when it is not known here.</summary>
    public static PolicyDocument? Find(string arn)
    {
        var name = arn[(arn.LastIndexOf('/') + 1)..];
        return Actions.TryGetValue(name, out var actions)
            ? PolicyDocument.Of(name, new JsonObject
            {
                ["Version"] = "2012-10-17",
                ["Statement"] = new JsonObject
                {
                    ["Effect"] = "Allow",
                    ["Action"] = new JsonArray([.. actions.Select(action => (JsonNode)action)]),
                    ["Resource"] = "*",
                },
            })
            : null;
    }
}
