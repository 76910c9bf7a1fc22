using System.Globalization;
using System.Text.Json.Serialization;

namespace KinesisPatterns.Local.Feed;

/// <summary>Where every reading went.</summary>
internal sealed record ReadingSummary : RunSummary
{
    /// <summary>Readings in the records; a record that cannot be read counts as one.</summary>
    public required long Readings { get; init; }

    public required long Stored { get; init; }

    public required long Rejected { get; init; }

    public required long Failed { get; init; }

    /// <summary>Readings that have come to no end: still on their way when the run ended, or nowhere.</summary>
    public required long Lost { get; init; }

    public required IReadOnlyDictionary<string, long> Reasons { get; init; }

    /// <summary>The first of the lost ones.</summary>
    public required IReadOnlyList<string> Missing { get; init; }

    /// <summary>Anomalies that topics were told of.</summary>
    public required long Anomalies { get; init; }

    /// <summary>Messages that topics were sent, by topic.</summary>
    public required IReadOnlyDictionary<string, long> Messages { get; init; }

    /// <inheritdoc/>
    public override bool Complete => Lost == 0 && Dropped == 0 && Errors.Count == 0;

    /// <inheritdoc/>
    [JsonIgnore]
    public override string What => "Readings";

    /// <inheritdoc/>
    [JsonIgnore]
    public override IReadOnlyList<SummaryRow> Rows =>
    [
        new("in", Readings, string.Create(CultureInfo.InvariantCulture, $"in {Records:N0} records, {Seconds:0.0} s")),
        new("stored", Stored, "in the series store"),
        new("rejected", Rejected, Each(Reasons)),
        new("failed", Failed, Failed > 0 ? "kept with their payload in the failures bucket" : ""),
        new(Lost == 0 || Drained ? "lost" : "unfinished", Lost, string.Join("\n", Missing), IsBad: Lost > 0),
        .. FaultRows(),
        new("anomalies", Anomalies, string.Join(", ", Messages.Select(m => string.Create(CultureInfo.InvariantCulture, $"{m.Value:N0} messages to topic {m.Key}")))),
    ];
}
