using Amazon.CDK.AWS.EC2;

namespace KinesisPatterns.Cdk;

/// <summary>Where in a VPC a function runs.</summary>
/// <param name="Vpc">The VPC.</param>
/// <param name="Subnets">Its subnets for the function.</param>
/// <param name="SecurityGroups">The function's security groups, one or more.</param>
public sealed record FunctionNetwork(
    IVpc Vpc, ISubnetSelection Subnets, params IReadOnlyList<ISecurityGroup> SecurityGroups);
