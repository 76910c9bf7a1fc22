namespace KinesisPatterns.Local.Feed;

/// <summary>Grants of a stack after a run.</summary>
internal sealed record PermissionSummary
{
    public int Granted => Grants.Count;

    public int Used => Grants.Count(grant => grant.Times > 0);

    public required IReadOnlyList<RefusedCall> Refused { get; init; }

    public required IReadOnlyList<PermissionUse> Grants { get; init; }

    /// <summary>What could not be judged, and what was assumed in its place.</summary>
    public required IReadOnlyList<string> Remarks { get; init; }

    public static PermissionSummary? Of(LocalHost host) => host.Services.Authorization is not { } authorization ? null : new()
    {
        Refused = host.Refused,
        Grants = host.Permissions,
        Remarks = [.. authorization.Remarks.Order(StringComparer.Ordinal)],
    };
}
