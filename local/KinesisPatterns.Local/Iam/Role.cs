using KinesisPatterns.Local.Assembly;

namespace KinesisPatterns.Local.Iam;

/// <summary>A role of the stack with everything that was attached to it.</summary>
internal sealed class Role
{
    /// <summary>The construct path, e.g. <c>TimeSeries/Cleansing/Function/Role</c>.</summary>
    public required string Path { get; init; }

    public required string LogicalId { get; init; }

    public required string Name { get; init; }

    public required string Arn { get; init; }

    public required PolicyDocument Trust { get; init; }

    public required IReadOnlyList<PolicyDocument> Policies { get; init; }

    public PolicyDocument? Boundary { get; init; }

    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>Policies of AWS that it names and that are not known here: what they grant, it does not have.</summary>
    public IReadOnlyList<string> UnknownPolicies { get; init; } = [];

    /// <summary>Whether its trust policy lets a service take it on.</summary>
    /// <remarks>https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-service.html</remarks>
    public bool IsAssumedBy(string service, string sourceArn, AwsIdentity aws) => PolicyEvaluator.Decide(
        new(new ServicePrincipal(service, sourceArn, aws.Account), "sts:AssumeRole", Arn, aws), [], null, [Trust], resourceDecides: true).IsAllowed;
}
