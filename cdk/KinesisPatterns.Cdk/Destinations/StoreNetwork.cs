using Amazon.CDK.AWS.EC2;

namespace KinesisPatterns.Cdk;

/// <summary>Where a store and its writers run.</summary>
/// <param name="Vpc">The VPC.</param>
/// <param name="Subnets">Its subnets: one to six, each in another availability zone.</param>
/// <param name="SecretsEndpoint">The VPC's Secrets Manager endpoint, which writers are let into; null when they have
/// another way.</param>
public sealed record StoreNetwork(IVpc Vpc, ISubnetSelection Subnets, IInterfaceVpcEndpoint? SecretsEndpoint = null)
{
    /// <summary>
    /// A VPC with no way to the internet, nor from it: only to DynamoDB and Secrets Manager, and to S3 where the store is kept
    /// there.
    /// </summary>
    internal static StoreNetwork Isolated(Construct scope, bool withS3 = false)
    {
        var subnets = new SubnetSelection { SubnetType = SubnetType.PRIVATE_ISOLATED };
        var vpc = new Vpc(scope, "Vpc", new VpcProps
        {
            MaxAzs = 2,
            NatGateways = 0,
            SubnetConfiguration =
            [
                new SubnetConfiguration { Name = "Isolated", SubnetType = SubnetType.PRIVATE_ISOLATED },
            ],
            GatewayEndpoints = new Dictionary<string, IGatewayVpcEndpointOptions>
            {
                ["DynamoDb"] = new GatewayVpcEndpointOptions { Service = GatewayVpcEndpointAwsService.DYNAMODB },
            },
        });
        if (withS3)
        {
            vpc.AddGatewayEndpoint("S3", new GatewayVpcEndpointOptions { Service = GatewayVpcEndpointAwsService.S3 });
        }

        vpc.AddFlowLog("FlowLog", new FlowLogOptions
        {
            Destination = FlowLogDestination.ToCloudWatchLogs(Logs.In(scope, "FlowLogs")),
        });
        var secrets = vpc.AddInterfaceEndpoint("SecretsManager", new InterfaceVpcEndpointOptions
        {
            Service = InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
            Subnets = subnets,
            Open = false,
        });

        return new StoreNetwork(vpc, subnets, secrets);
    }
}
