namespace KinesisPatterns.Local.Iam;

/// <summary>Why a request is not allowed; null in its place means that it is.</summary>
internal enum Refusal
{
    NoIdentityPolicy,
    NoResourcePolicy,
    NoPermissionsBoundary,
    DeniedByIdentityPolicy,
    DeniedByResourcePolicy,
    DeniedByPermissionsBoundary,
}

/// <summary>What policies say of a request.</summary>
/// <param name="Refusal">Null when it is allowed.</param>
/// <param name="Grants">What allowed it.</param>
/// <param name="Lasts">Whether it is the same for every request of the principal with this action and resource.</param>
/// <param name="Remarks">What could not be judged.</param>
internal sealed record Decision(Refusal? Refusal, IReadOnlyList<Grant> Grants, bool Lasts, IReadOnlyList<string> Remarks)
{
    public bool IsAllowed => Refusal is null;

    /// <summary>The message in AWS's words.</summary>
    /// <remarks>https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html</remarks>
    public string Message(AccessRequest request) =>
        $"User: {request.Principal.Name} is not authorized to perform: {request.Action} on resource: {request.Resource} " + Refusal switch
        {
            Iam.Refusal.NoIdentityPolicy => $"because no identity-based policy allows the {request.Action} action",
            Iam.Refusal.NoResourcePolicy => $"because no resource-based policy allows the {request.Action} action",
            Iam.Refusal.NoPermissionsBoundary => $"because no permissions boundary allows the {request.Action} action",
            Iam.Refusal.DeniedByIdentityPolicy => "with an explicit deny in an identity-based policy",
            Iam.Refusal.DeniedByResourcePolicy => "with an explicit deny in a resource-based policy",
            Iam.Refusal.DeniedByPermissionsBoundary => "with an explicit deny in a permissions boundary",
            _ => throw new InvalidOperationException("an allowed request has no such message"),
        };
}
