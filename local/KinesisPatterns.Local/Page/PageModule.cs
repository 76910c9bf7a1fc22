using System.Globalization;
using KinesisPatterns.Local.Feed;
using KinesisPatterns.Local.StatefulFunctions;
using KinesisPatterns.StateFun.Testing;

namespace KinesisPatterns.Local.Page;

/// <summary>An address with what it remembers, in a line.</summary>
internal sealed record PageAddress(string Type, string Id, string Values);

/// <summary>A timer that is running.</summary>
internal sealed record PageTimer(long Due, string Name, string Type, string Id, string Message)
{
    public static PageTimer Of(PendingTimer timer) => new(
        timer.Due.ToUnixTimeMilliseconds(), timer.Token ?? "", timer.Target.Type.ToString(), timer.Target.Id, ValueText.Line(timer.Argument));
}

/// <summary>An event that came out.</summary>
internal sealed record PageEvent(string Time, string Type, string Aggregate, string Id, long Version, string Data)
{
    public static PageEvent Of(OrderEvent happened) => new(
        happened.Time, happened.Type, happened.Aggregate, happened.Id, happened.Version, ValueText.Cut(Json.Plain(happened.Data)));
}

/// <summary>The addresses that were called last and the timers that are due next; of how many each.</summary>
internal sealed record PageLists(IReadOnlyList<PageAddress> Addresses, long AddressCount, IReadOnlyList<PageTimer> Timers, long TimerCount)
{
    private const int Shown = 20;

    public static PageLists Of(JobState state)
    {
        var addresses = state.Latest(Shown, out var addressCount);
        var timers = state.Timers(Shown, out var timerCount);
        return new([.. addresses.Select(a => ValueText.Line(a))], addressCount, [.. timers.Select(PageTimer.Of)], timerCount);
    }
}

/// <summary>What stateful functions stand at.</summary>
/// <param name="Figures">Figures by name.</param>
/// <param name="Lists">Addresses and timers; null where nothing has changed since they were sent.</param>
/// <param name="Events">The events since the last look.</param>
/// <param name="Failure">Why the job does not run; null while it does.</param>
internal sealed record PageModule(IReadOnlyList<string[]> Figures, PageLists? Lists, IReadOnlyList<PageEvent> Events, string? Failure)
{
    public static IReadOnlyList<string[]> FiguresOf(JobStatistics s)
    {
        var checkpoint = s.Checkpoint is { } c
            ? string.Create(CultureInfo.InvariantCulture, $"{c.Number:N0}, {PageCounts.Seconds(TimeProvider.System.GetUtcNow() - c.Time)} ago")
            : "none yet";
        return
        [
            ["calls", PageCounts.Number(s.Calls)],
            ["calls under way", PageCounts.Number(s.InFlight)],
            ["calls repeated", PageCounts.Number(s.FailedAttempts)],
            ["messages a call", s.Calls == 0 ? "–" : ((double)s.Messages / s.Calls).ToString("0.00", CultureInfo.InvariantCulture)],
            ["largest batch", PageCounts.Number(s.LargestBatch)],
            ["last checkpoint", checkpoint],
            ["checkpoint size", s.Checkpoint is { Bytes: > 0 } size ? $"{PageCounts.Number((size.Bytes + 1023) / 1024)} KiB" : "–"],
            ["checkpoint took", s.Checkpoint is { Bytes: > 0 } last ? $"{last.Took.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture)} ms" : "–"],
            ["checkpoints failed", PageCounts.Number(s.FailedCheckpoints)],
            ["job restarts", PageCounts.Number(s.Restarts)],
        ];
    }
}

/// <summary>A value of an address by its name.</summary>
internal sealed record PageValue(string Name, string Text);

/// <summary>Something that happened to an address: an event, or a command that was turned away.</summary>
/// <param name="Time">When.</param>
/// <param name="What">The event's type, or why the command was turned away.</param>
/// <param name="Version">The event's version; null of a rejection.</param>
/// <param name="Data">The event's data, or the command.</param>
internal sealed record PageStep(string Time, string What, long? Version, string Data);

/// <summary>All that is known of one address.</summary>
internal sealed record PageHistory(string Type, string Id, IReadOnlyList<PageValue> Values, IReadOnlyList<PageTimer> Timers, IReadOnlyList<PageStep> Steps, long StepCount);
