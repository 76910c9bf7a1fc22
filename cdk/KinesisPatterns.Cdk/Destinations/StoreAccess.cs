using Amazon.CDK.AWS.EC2;

namespace KinesisPatterns.Cdk;

/// <summary>The security groups of a store and of its writers: writers reach the store, nothing else does.</summary>
internal sealed class StoreAccess
{
    public StoreAccess(Construct scope, StoreNetwork network, int port)
    {
        Store = new SecurityGroup(scope, "StoreSecurityGroup", new SecurityGroupProps
        {
            Vpc = network.Vpc,
            Description = "The series store",
            AllowAllOutbound = false,
        });
        Writers = new SecurityGroup(scope, "WriterSecurityGroup", new SecurityGroupProps
        {
            Vpc = network.Vpc,
            Description = "Functions that write to the series store",
        });
        Store.AddIngressRule(Writers, Port.Tcp(port), "Writers");
        network.SecretsEndpoint?.Connections.AllowDefaultPortFrom(Writers, "Writers read the store's login");
    }

    public SecurityGroup Store { get; }

    public SecurityGroup Writers { get; }
}
