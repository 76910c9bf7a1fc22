using Amazon.CDK.AWS.SecretsManager;

namespace KinesisPatterns.Cdk;

/// <summary>
/// InfluxDB 3 as a cluster of Timestream: it makes its own administrator and keeps the token in a secret of its own.
/// </summary>
/// <remarks>https://docs.aws.amazon.com/timestream/latest/developerguide/timestream-for-influx-v3.html</remarks>
internal sealed class InfluxCluster
{
    public const int Port = 8181;

    private const string Subscription = "kinesis-patterns:influxMarketplace";

    public InfluxCluster(Construct scope, InfluxStoreProps props, StoreNetwork network, StoreAccess access, IBucket logs)
    {
        Annotations.Of(scope).AddWarningV2(
            Subscription,
            "InfluxDB 3 is licensed through AWS Marketplace: the account needs a subscription to it, or the deployment fails "
            + "with the cluster (https://docs.aws.amazon.com/timestream/latest/developerguide/influxdb3-getting-started.html).");

        // The CDK version pinned does not know the type. Name is 3 to 40 characters and begins with a letter.
        var cluster = new CfnResource(scope, "Resource", new CfnResourceProps
        {
            Type = "AWS::Timestream::InfluxDBCluster",
            Properties = new Dictionary<string, object>
            {
                ["Name"] = Names.UniqueResourceName(scope, new UniqueResourceNameOptions { MaxLength = 40, Separator = "-" }),
                ["DbInstanceType"] = props.InstanceType,
                ["DbParameterGroupIdentifier"] =
                    props.Engine == InfluxEngine.V3Enterprise ? "InfluxDBV3Enterprise" : "InfluxDBV3Core",
                ["PubliclyAccessible"] = false,
                ["VpcSubnetIds"] = network.Vpc.SelectSubnets(network.Subnets).SubnetIds,
                ["VpcSecurityGroupIds"] = new[] { access.Store.SecurityGroupId },
                ["LogDeliveryConfiguration"] = new Dictionary<string, object>
                {
                    ["S3Configuration"] = new Dictionary<string, object>
                    {
                        ["BucketName"] = logs.BucketName,
                        ["Enabled"] = true,
                    },
                },
            },
        });
        cluster.ApplyRemovalPolicy(RemovalPolicy.RETAIN);
        cluster.Node.AddDependency(logs.Policy!);
        Endpoint = Token.AsString(cluster.GetAtt("Endpoint"));
        Login = Secret.FromSecretCompleteArn(
            scope, "Token", Token.AsString(cluster.GetAtt("InfluxAuthParametersSecretArn")));
    }

    public string Endpoint { get; }

    /// <summary>JSON with <c>token</c>.</summary>
    public ISecret Login { get; }
}
