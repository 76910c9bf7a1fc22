using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using KinesisPatterns.Local.Lambda;

namespace KinesisPatterns.Local.Feed;

/// <summary>A line of a run's end: what, how many, and what there is to say of them.</summary>
/// <param name="Name">What was counted.</param>
/// <param name="Count">How many.</param>
/// <param name="Note">What there is to say; may have several lines.</param>
/// <param name="IsBad">Whether there should be none.</param>
internal sealed record SummaryRow(string Name, long Count, string Note = "", bool IsBad = false);

/// <summary>What a run knows at its end, whatever it was fed with.</summary>
internal sealed record RunEnd(LocalHost Host, double Seconds, bool Drained, long Throttled, IReadOnlyList<string> Errors);

/// <summary>The end of a run: where everything went that was fed.</summary>
internal abstract record RunSummary
{
    private static readonly JsonSerializerOptions CamelCase = new(JsonSerializerDefaults.Web);

    protected RunSummary(RunEnd end)
    {
        Blueprint = end.Host.StackName;
        Seconds = end.Seconds;
        Drained = end.Drained;
        Throttled = end.Throttled;
        Errors = end.Errors;
        Archived = end.Host.Services.Firehose.Streams.ToDictionary(s => s.Name, s => s.Delivered);
        Dropped = end.Host.Recorder.Count(RecordEnd.Dropped);
        Permissions = PermissionSummary.Of(end.Host);
        Faults = end.Host.FaultCounts;
    }

    [JsonPropertyOrder(-2)]
    public string Blueprint { get; }

    [JsonPropertyOrder(-2)]
    public double Seconds { get; }

    /// <summary>Records put on the stream.</summary>
    [JsonPropertyOrder(-2)]
    public required long Records { get; init; }

    /// <summary>Whether nothing was on its way any more when the run ended.</summary>
    public bool Drained { get; }

    /// <summary>How many were turned away with a reason.</summary>
    public required long Rejected { get; init; }

    /// <summary>Rejections by reason.</summary>
    public required IReadOnlyDictionary<string, long> Reasons { get; init; }

    /// <summary>How many have come to no end: still on their way when the run ended, or nowhere.</summary>
    public required long Lost { get; init; }

    /// <summary>The first of the lost ones.</summary>
    public required IReadOnlyList<string> Missing { get; init; }

    /// <summary>Records in S3 by delivery stream.</summary>
    public IReadOnlyDictionary<string, long> Archived { get; }

    /// <summary>Records that the stream refused once or more before it took them.</summary>
    public long Throttled { get; }

    /// <summary>Records that a mapping gave up and kept nowhere.</summary>
    public long Dropped { get; }

    /// <summary>What the stack's policies grant and what of it was used; null when permissions are not enforced.</summary>
    public PermissionSummary? Permissions { get; }

    /// <summary>Faults by kind.</summary>
    public IReadOnlyDictionary<string, long> Faults { get; }

    /// <summary>What else went wrong: an archive that could not be written, a table and a store that differ, records out of order.</summary>
    public IReadOnlyList<string> Errors { get; }

    /// <summary>Whether everything is accounted for and nothing went wrong on the way.</summary>
    public virtual bool Complete => Lost == 0 && Dropped == 0 && Errors.Count == 0;

    /// <summary>What was fed, in the plural.</summary>
    [JsonIgnore]
    public abstract string What { get; }

    /// <summary>The summary as a table.</summary>
    [JsonIgnore]
    public abstract IReadOnlyList<SummaryRow> Rows { get; }

    public string ToJson() => JsonSerializer.Serialize(this, GetType(), CamelCase);

    protected SummaryRow LostRow() => new(Lost == 0 || Drained ? "lost" : "unfinished", Lost, string.Join("\n", Missing), IsBad: Lost > 0);

    protected IEnumerable<SummaryRow> FaultRows() => Faults.Count == 0 ? [] : [new("faults", Faults.Values.Sum(), Each(Faults))];

    protected static string Each(IEnumerable<KeyValuePair<string, long>> counts) => string.Join(", ", counts.Select(c => $"{c.Key} {c.Value}"));

    protected static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
