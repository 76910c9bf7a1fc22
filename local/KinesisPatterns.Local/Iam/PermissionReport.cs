using KinesisPatterns.Local.Assembly;

namespace KinesisPatterns.Local.Iam;

/// <summary>What was granted in a stack, and what of it was used.</summary>
internal sealed class PermissionReport(Deployment deployment, Authorization authorization)
{
    private const string Suffix = "/Resource";

    /// <summary>Every grant of every role and of every resource's policy.</summary>
    public IReadOnlyList<PermissionUse> Uses() =>
    [
        .. from role in authorization.Roles
           from grant in Grants(role.Policies)
           select new PermissionUse(role.Path, grant.Action, Place(grant.Resource), grant.Used, Note(role, grant)),
        .. from policy in authorization.ResourcePolicies
           group policy.Policy by policy.Policy.Name into policies
           from grant in Grants(policies)
           select new PermissionUse(Short(policies.Key), grant.Action, Place(grant.Resource), grant.Used, null),
    ];

    public IReadOnlyList<RefusedCall> Refused() =>
    [
        .. authorization.Refused.Select(r => new RefusedCall(r.Principal, r.Action, Place(r.Resource), r.Times))
            .OrderBy(r => r.Principal, StringComparer.Ordinal).ThenBy(r => r.Action, StringComparer.Ordinal),
    ];

    private static IEnumerable<Grant> Grants(IEnumerable<PolicyDocument> policies) =>
        policies.SelectMany(policy => policy.Statements).SelectMany(statement => statement.Grants);

    private string? Note(Role role, Grant grant) =>
        grant.Used > 0 ? null
        : !authorization.IsActing(role) ? "nothing here acts as this role"
        : ServiceNeeds.Page(role, grant.Action) is { } page ? $"the service needs it, not here: {page}"
        : null;

    // The construct path says more than an ARN.
    private string Place(string arn)
    {
        foreach (var resource in deployment.Resources)
        {
            var own = resource.Attributes.GetValueOrDefault("Arn") ?? resource.Ref;
            if (own.StartsWith("arn:", StringComparison.Ordinal) && arn.StartsWith(own, StringComparison.Ordinal)
                && (arn.Length == own.Length || arn[own.Length] is '/' or ':'))
            {
                return Short(resource.Path) + arn[own.Length..];
            }
        }

        return arn;
    }

    private static string Short(string path)
    {
        while (path.EndsWith(Suffix, StringComparison.Ordinal))
        {
            path = path[..^Suffix.Length];
        }

        return path;
    }
}
