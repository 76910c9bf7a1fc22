using System.Text.Json.Serialization;

namespace KinesisPatterns.Local.Feed;

/// <summary>Where every command went, and what the aggregates came to.</summary>
internal sealed record CommandSummary : RunSummary
{
    private const int ReasonsShown = 12;

    public CommandSummary(RunEnd end) : base(end)
    {
    }

    /// <summary>Commands that led to events.</summary>
    public required long Decided { get; init; }

    /// <summary>Commands whose id had come before.</summary>
    public required long Repeated { get; init; }

    public required long Events { get; init; }

    /// <summary>Events that came more than once.</summary>
    public required long EventsAgain { get; init; }

    /// <summary>Of those the ones that were decided anew, after a failure.</summary>
    public required long EventsReplaced { get; init; }

    /// <summary>Orders by status.</summary>
    public required IReadOnlyDictionary<string, long> Orders { get; init; }

    /// <summary>Orders that wait for a timer, by its name.</summary>
    public required IReadOnlyDictionary<string, long> Waiting { get; init; }

    /// <summary>Calls of functions that were answered.</summary>
    public required long Calls { get; init; }

    /// <summary>Messages in them.</summary>
    public required long Messages { get; init; }

    public required int LargestBatch { get; init; }

    /// <summary>Calls that had to be made again.</summary>
    public required long FailedAttempts { get; init; }

    public required long Checkpoints { get; init; }

    /// <summary>How often the job went back to a checkpoint.</summary>
    public required int Restarts { get; init; }

    /// <inheritdoc/>
    public override bool Complete => Drained && base.Complete;

    /// <inheritdoc/>
    [JsonIgnore]
    public override string What => "Commands";

    /// <inheritdoc/>
    [JsonIgnore]
    public override IReadOnlyList<SummaryRow> Rows =>
    [
        new("in", Records, Text($"{Seconds:0.0} s")),
        new("decided", Decided, Text($"{Events:N0} events{(EventsAgain > 0 ? $", {EventsAgain:N0} of them came again, {EventsReplaced:N0} decided anew" : "")}")),
        new("rejected", Rejected, string.Join("\n", ReasonLines())),
        new("repeated", Repeated, Repeated > 0 ? "took effect once" : ""),
        LostRow(),
        new("orders", Orders.Values.Sum(), Each(Orders)),
        new("waiting", Waiting.Values.Sum(), string.Join(", ", Waiting.Select(w => $"for the timer {w.Key}: {w.Value}"))),
        new("calls", Calls, Text($"{Messages:N0} messages, at most {LargestBatch:N0} at once; {FailedAttempts:N0} made again; {Checkpoints:N0} checkpoints, {Restarts:N0} restarts")),
        .. FaultRows(),
    ];

    // Of what nobody can make anything of, each may be wrong in a way of its own.
    private IEnumerable<string> ReasonLines()
    {
        var all = Reasons.OrderByDescending(r => r.Value).ToList();
        var lines = all.Take(ReasonsShown).Select(r => Text($"{r.Value:N0}: {r.Key}"));
        return all.Count <= ReasonsShown ? lines : lines.Append(Text($"{all.Skip(ReasonsShown).Sum(r => r.Value):N0}: {all.Count - ReasonsShown:N0} other reasons"));
    }
}
