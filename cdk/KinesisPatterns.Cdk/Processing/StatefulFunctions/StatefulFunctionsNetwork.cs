using Amazon.CDK.AWS.EC2;

namespace KinesisPatterns.Cdk;

/// <summary>Options for a <see cref="StatefulFunctionsNetwork"/>.</summary>
public sealed record StatefulFunctionsNetworkProps
{
    /// <summary>The VPC, with a way to registries of images and to AWS; null makes one.</summary>
    public IVpc? Vpc { get; init; }

    /// <summary>The subnets for the cluster; null takes those that are private and reach the internet.</summary>
    public ISubnetSelection? Subnets { get; init; }

    /// <summary>The VPC's endpoint of API Gateway, with private DNS; null makes it, of which a VPC can have one.</summary>
    public IInterfaceVpcEndpoint? ApiEndpoint { get; init; }
}

/// <summary>
/// Where a <see cref="StatefulFunctionsCluster"/> runs, and its private way to the API of its functions.
/// </summary>
/// <remarks>
/// A VPC that is made has one NAT gateway: images come from public registries, and S3 has an endpoint of its own.
/// https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-private-apis.html
/// </remarks>
public sealed class StatefulFunctionsNetwork : Construct
{
    /// <summary>Defines what is not given.</summary>
    public StatefulFunctionsNetwork(Construct scope, string id, StatefulFunctionsNetworkProps? props = null)
        : base(scope, id)
    {
        props ??= new();
        Vpc = props.Vpc ?? Own();
        Subnets = props.Subnets ?? new SubnetSelection { SubnetType = SubnetType.PRIVATE_WITH_EGRESS };
        ApiEndpoint = props.ApiEndpoint ?? Endpoint();
    }

    /// <summary>The VPC.</summary>
    public IVpc Vpc { get; }

    /// <summary>The cluster's subnets.</summary>
    public ISubnetSelection Subnets { get; }

    /// <summary>The endpoint through which the cluster calls functions.</summary>
    public IInterfaceVpcEndpoint ApiEndpoint { get; }

    internal IDependable WayOut => Vpc.SelectSubnets(Subnets).InternetConnectivityEstablished;

    private Vpc Own()
    {
        var vpc = new Vpc(this, "Vpc", new VpcProps
        {
            MaxAzs = 2,
            NatGateways = 1,
            SubnetConfiguration =
            [
                new SubnetConfiguration { Name = "Public", SubnetType = SubnetType.PUBLIC, MapPublicIpOnLaunch = false },
                new SubnetConfiguration { Name = "Private", SubnetType = SubnetType.PRIVATE_WITH_EGRESS },
            ],
            GatewayEndpoints = new Dictionary<string, IGatewayVpcEndpointOptions>
            {
                ["S3"] = new GatewayVpcEndpointOptions { Service = GatewayVpcEndpointAwsService.S3 },
            },
        });
        vpc.AddFlowLog("FlowLog", new FlowLogOptions
        {
            Destination = FlowLogDestination.ToCloudWatchLogs(Logs.In(this, "FlowLogs")),
        });
        return vpc;
    }

    private InterfaceVpcEndpoint Endpoint()
    {
        var endpoint = new InterfaceVpcEndpoint(this, "Api", new InterfaceVpcEndpointProps
        {
            Vpc = Vpc,
            Subnets = Subnets,
            Service = InterfaceVpcEndpointAwsService.APIGATEWAY,
            Open = false,
        });

        // Requests are not signed, so no principal can be named; and an API names its endpoint, so the endpoint cannot
        // name the API.
        endpoint.AddToPolicy(new PolicyStatement(new PolicyStatementProps
        {
            Principals = [new AnyPrincipal()],
            Actions = ["execute-api:Invoke"],
            Resources = [$"arn:{Aws.PARTITION}:execute-api:{Stack.Of(this).Region}:{Stack.Of(this).Account}:*/POST/*"],
        }));
        return endpoint;
    }
}
