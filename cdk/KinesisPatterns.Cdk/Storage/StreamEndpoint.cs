using Amazon.CDK.AWS.EC2;

namespace KinesisPatterns.Cdk;

/// <summary>The interface endpoint of one stream.</summary>
internal static class StreamEndpoint
{
    private static readonly string[] _actions =
    [
        "kinesis:DescribeStream",
        "kinesis:DescribeStreamConsumer",
        "kinesis:DescribeStreamSummary",
        "kinesis:GetRecords",
        "kinesis:GetShardIterator",
        "kinesis:ListShards",
        "kinesis:PutRecord",
        "kinesis:PutRecords",
        "kinesis:SubscribeToShard",
    ];

    public static InterfaceVpcEndpoint In(IVpc vpc, Construct scope, string id, IStream stream)
    {
        var endpoint = new InterfaceVpcEndpoint(scope, id, new InterfaceVpcEndpointProps
        {
            Vpc = vpc,
            Service = InterfaceVpcEndpointAwsService.KINESIS_STREAMS,
        });
        endpoint.AddToPolicy(new PolicyStatement(new PolicyStatementProps
        {
            Principals = [new AnyPrincipal()],
            Actions = _actions,
            Resources = [stream.StreamArn, $"{stream.StreamArn}/consumer/*"],
            Conditions = new Dictionary<string, object>
            {
                ["StringEquals"] = new Dictionary<string, object>
                {
                    ["aws:PrincipalAccount"] = Stack.Of(scope).Account,
                },
            },
        }));

        return endpoint;
    }
}
