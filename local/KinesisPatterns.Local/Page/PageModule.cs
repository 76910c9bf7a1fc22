using System.Globalization;
using System.Text.Json;
using KinesisPatterns.Local.Feed;
using KinesisPatterns.Local.StatefulFunctions;
using KinesisPatterns.StateFun;
using KinesisPatterns.StateFun.Testing;

namespace KinesisPatterns.Local.Page;

/// <summary>An address with what it remembers.</summary>
internal sealed record PageAggregate(string Type, string Id, IReadOnlyList<string[]> Values);

/// <summary>A timer that is running.</summary>
internal sealed record PageTimer(long Due, string Name, string Target, string Message);

/// <summary>An event that came out.</summary>
internal sealed record PageEvent(string Time, string Type, string Aggregate, long Version, string Data);

/// <summary>What stateful functions stand at: figures by name, the addresses that changed last, timers, and the events since the last look.</summary>
internal sealed record PageModule(
    IReadOnlyList<string[]> Figures, IReadOnlyList<PageAggregate> Aggregates, long AggregateCount, IReadOnlyList<PageTimer> Timers, long TimerCount, IReadOnlyList<PageEvent> Events, string? Failure)
{
    private const int Shown = 30;

    public static PageModule Of(StatefulFunctionsJob job, JobStatistics statistics, IReadOnlyList<OrderEvent> events)
    {
        var values = job.Latest(Shown, out var all);
        var timers = job.Timers;
        return new(
            [.. FiguresOf(statistics)],
            [.. values.Select(v => new PageAggregate(v.Key.Type.ToString(), v.Key.Id, [.. v.Value.OrderBy(x => x.Key, StringComparer.Ordinal).Select(x => new[] { x.Key, Text(x.Value) })]))],
            all,
            [.. timers.Take(Shown).Select(t => new PageTimer(t.Due.ToUnixTimeMilliseconds(), t.Token ?? "", t.Target.ToString(), Text(t.Argument)))],
            timers.Count,
            [.. events.Select(e => new PageEvent(e.Time, e.Type, $"{e.Aggregate}/{e.Id}", e.Version, e.Data.ToJsonString()))],
            statistics.Failure);
    }

    private static IEnumerable<string[]> FiguresOf(JobStatistics s)
    {
        yield return ["calls", PageCounts.Number(s.Calls)];
        yield return ["under way", PageCounts.Number(s.InFlight)];
        yield return ["messages a call", s.Calls == 0 ? "–" : ((double)s.Messages / s.Calls).ToString("0.00", CultureInfo.InvariantCulture)];
        yield return ["largest batch", PageCounts.Number(s.LargestBatch)];
        yield return ["made again", PageCounts.Number(s.FailedAttempts)];
        yield return ["restarts", PageCounts.Number(s.Restarts)];
        yield return ["checkpoint", s.Checkpoint is { } c ? $"{c.Number}, {PageCounts.Seconds(TimeProvider.System.GetUtcNow() - c.Time)} old" : "none yet"];
        yield return ["its size", s.Checkpoint is { } size ? $"{PageCounts.Number(size.Bytes / 1024)} KiB" : "–"];
        yield return ["it took", s.Checkpoint is { } last ? $"{last.Took.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture)} ms" : "–"];
    }

    // Values of own types are JSON as a rule; what is not text is told by its size.
    private static string Text(TypedValue value)
    {
        if (value.Is(Types.Long))
        {
            return value.As(Types.Long).ToString(CultureInfo.InvariantCulture);
        }

        try
        {
            using var json = JsonDocument.Parse(value.Bytes);
            var text = json.RootElement.ToString();
            return text.Length > 400 ? text[..400] + "…" : text;
        }
        catch (JsonException)
        {
            return $"{value.Bytes.Length} bytes of {value.TypeName}";
        }
    }
}
