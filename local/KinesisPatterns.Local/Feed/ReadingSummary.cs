using System.Text.Json.Serialization;

namespace KinesisPatterns.Local.Feed;

/// <summary>Where every reading went.</summary>
internal sealed record ReadingSummary : RunSummary
{
    public ReadingSummary(RunEnd end) : base(end)
    {
    }

    /// <summary>Readings in the records; a record that cannot be read counts as one.</summary>
    public required long Readings { get; init; }

    public required long Stored { get; init; }

    public required long Failed { get; init; }

    /// <summary>Anomalies that topics were told of.</summary>
    public required long Anomalies { get; init; }

    /// <summary>Messages that topics were sent, by topic.</summary>
    public required IReadOnlyDictionary<string, long> Messages { get; init; }

    /// <inheritdoc/>
    [JsonIgnore]
    public override string What => "Readings";

    /// <inheritdoc/>
    [JsonIgnore]
    public override IReadOnlyList<SummaryRow> Rows =>
    [
        new("in", Readings, Text($"in {Records:N0} records, {Seconds:0.0} s")),
        new("stored", Stored, "in the series store"),
        new("rejected", Rejected, Each(Reasons)),
        new("failed", Failed, Failed > 0 ? "kept with their payload in the failures bucket" : ""),
        LostRow(),
        .. FaultRows(),
        new("anomalies", Anomalies, string.Join(", ", Messages.Select(m => Text($"{m.Value:N0} messages to topic {m.Key}")))),
    ];
}
