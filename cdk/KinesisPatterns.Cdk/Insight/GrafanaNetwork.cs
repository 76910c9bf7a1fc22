using Amazon.CDK.AWS.EC2;

namespace KinesisPatterns.Cdk;

/// <summary>Where in a VPC a workspace asks its data sources; all of its requests to them go there.</summary>
/// <param name="Vpc">The VPC.</param>
/// <param name="Subnets">Its subnets: two to six, each in another availability zone.</param>
/// <remarks>https://docs.aws.amazon.com/grafana/latest/userguide/AMG-configure-vpc.html</remarks>
public sealed record GrafanaNetwork(IVpc Vpc, ISubnetSelection Subnets)
{
    /// <summary>
    /// Whether the subnets lead to no AWS service: then an endpoint to CloudWatch is made, at extra cost.
    /// </summary>
    public bool Isolated { get; init; }

    /// <summary>The network of a private store; null when the store can be reached from anywhere.</summary>
    public static GrafanaNetwork? To(ITimeSeriesStore store) => store.DataSource.Place is { } place
        ? new(place.Network.Vpc, place.Network.Subnets) { Isolated = place.Network.SecretsEndpoint is not null }
        : null;
}

/// <summary>From where a workspace lets people in.</summary>
/// <param name="PrefixLists">Managed prefix lists of addresses.</param>
/// <param name="Endpoints">VPC endpoints of the service <c>grafana-workspace</c>.</param>
/// <remarks>https://docs.aws.amazon.com/grafana/latest/userguide/AMG-configure-nac.html</remarks>
public sealed record GrafanaDoor(IReadOnlyList<IPrefixList> PrefixLists, params IReadOnlyList<IVpcEndpoint> Endpoints);

/// <summary>Where in a VPC a private store is.</summary>
/// <param name="Network">Its network.</param>
/// <param name="SecurityGroup">Its security group.</param>
/// <param name="Port">The port it answers at.</param>
/// <param name="Writers">Where a function runs that it lets in.</param>
public sealed record StorePlace(StoreNetwork Network, ISecurityGroup SecurityGroup, int Port, FunctionNetwork Writers);
