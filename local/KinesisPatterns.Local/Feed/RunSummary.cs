using System.Text.Json;

namespace KinesisPatterns.Local.Feed;

/// <summary>The end of a run: where every reading went.</summary>
internal sealed record RunSummary
{
    private static readonly JsonSerializerOptions CamelCase = new(JsonSerializerDefaults.Web);

    public required string Blueprint { get; init; }

    public required double Seconds { get; init; }

    /// <summary>Records put on the stream.</summary>
    public required long Records { get; init; }

    /// <summary>Readings in them; a record that cannot be read counts as one.</summary>
    public required long Readings { get; init; }

    public required long Stored { get; init; }

    public required long Rejected { get; init; }

    public required long Failed { get; init; }

    /// <summary>Readings that have come to no end: still on their way when the run ended, or nowhere.</summary>
    public required long Lost { get; init; }

    /// <summary>Whether nothing was on its way any more when the run ended.</summary>
    public required bool Drained { get; init; }

    public required IReadOnlyDictionary<string, long> Reasons { get; init; }

    /// <summary>The first of the lost ones.</summary>
    public required IReadOnlyList<string> Missing { get; init; }

    /// <summary>Records in S3 by delivery stream.</summary>
    public required IReadOnlyDictionary<string, long> Archived { get; init; }

    /// <summary>Anomalies that topics were told of.</summary>
    public required long Anomalies { get; init; }

    /// <summary>Messages that topics were sent, by topic.</summary>
    public required IReadOnlyDictionary<string, long> Messages { get; init; }

    /// <summary>Records that the stream refused once or more before it took them.</summary>
    public required long Throttled { get; init; }

    /// <summary>Records that a mapping gave up and kept nowhere.</summary>
    public required long Dropped { get; init; }

    /// <summary>What the stack's policies grant and what of it was used; null when permissions are not enforced.</summary>
    public PermissionSummary? Permissions { get; init; }

    /// <summary>Faults by kind.</summary>
    public IReadOnlyDictionary<string, long> Faults { get; init; } = new Dictionary<string, long>();

    /// <summary>What else went wrong: an archive that could not be written, a table and a store that differ, records out of order.</summary>
    public required IReadOnlyList<string> Errors { get; init; }

    /// <summary>Whether every reading is accounted for and nothing went wrong on the way.</summary>
    public bool Complete => Lost == 0 && Dropped == 0 && Errors.Count == 0;

    public string ToJson() => JsonSerializer.Serialize(this, CamelCase);
}

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
