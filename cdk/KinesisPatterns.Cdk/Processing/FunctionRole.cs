namespace KinesisPatterns.Cdk;

/// <summary>
/// The role of a function, without AWS's managed policies, which allow more than one function's own log group.
/// </summary>
internal static class FunctionRole
{
    // https://docs.aws.amazon.com/lambda/latest/dg/configuration-vpc.html#configuration-vpc-permissions
    private static readonly string[] _networkInterfaces =
    [
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ec2:UnassignPrivateIpAddresses",
    ];

    public static Role In(Construct scope, ILogGroup logs, FunctionNetwork? network)
    {
        var role = new Role(scope, "Role", new RoleProps { AssumedBy = new ServicePrincipal("lambda.amazonaws.com") });
        logs.GrantWrite(role);
        if (network is not null)
        {
            role.AddToPolicy(new PolicyStatement(new PolicyStatementProps
            {
                Actions = _networkInterfaces,
                Resources = ["*"],
            }));
        }

        return role;
    }

    public static IConstruct Policy(Role role) => role.Node.FindChild("DefaultPolicy");

    public static void AcknowledgeFindings(Role role) => Policy(role).Acknowledge(
        "AwsSolutions-IAM5",
        "X-Ray has no resources to name, nor have the network interfaces that Lambda makes in a VPC before they exist.",
        "Resource::*");
}
