using System.Text.Json;
using System.Text.Json.Serialization;

namespace KinesisPatterns.Local.Feed;

/// <summary>A line of a run's end: what, how many, and what there is to say of them.</summary>
/// <param name="Name">What was counted.</param>
/// <param name="Count">How many.</param>
/// <param name="Note">What there is to say; may have several lines.</param>
/// <param name="IsBad">Whether there should be none.</param>
internal sealed record SummaryRow(string Name, long Count, string Note = "", bool IsBad = false);

/// <summary>The end of a run: where everything went that was fed.</summary>
internal abstract record RunSummary
{
    private static readonly JsonSerializerOptions CamelCase = new(JsonSerializerDefaults.Web);

    [JsonPropertyOrder(-2)]
    public required string Blueprint { get; init; }

    [JsonPropertyOrder(-2)]
    public required double Seconds { get; init; }

    /// <summary>Records put on the stream.</summary>
    [JsonPropertyOrder(-2)]
    public required long Records { get; init; }

    /// <summary>Whether nothing was on its way any more when the run ended.</summary>
    public required bool Drained { get; init; }

    /// <summary>Records in S3 by delivery stream.</summary>
    public required IReadOnlyDictionary<string, long> Archived { get; init; }

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

    /// <summary>Whether everything is accounted for and nothing went wrong on the way.</summary>
    public abstract bool Complete { get; }

    /// <summary>What was fed, in the plural.</summary>
    public abstract string What { get; }

    /// <summary>The summary as a table.</summary>
    public abstract IReadOnlyList<SummaryRow> Rows { get; }

    public string ToJson() => JsonSerializer.Serialize(this, GetType(), CamelCase);

    protected static string Each(IEnumerable<KeyValuePair<string, long>> counts) => string.Join(", ", counts.Select(c => $"{c.Key} {c.Value}"));

    protected IEnumerable<SummaryRow> FaultRows() => Faults.Count == 0 ? [] : [new("faults", Faults.Values.Sum(), Each(Faults))];
}
