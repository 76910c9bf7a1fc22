using System.Globalization;
using KinesisPatterns.Replay;

namespace KinesisPatterns.Cli;

/// <summary>Says how far a replay is: a line that is written over, or, in a file, one every few seconds.</summary>
internal sealed class ReplayLine(TextWriter output, bool isFile) : IProgress<ReplayProgress>
{
    private static readonly TimeSpan OnScreen = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan InFile = TimeSpan.FromSeconds(5);

    private readonly long _started = TimeProvider.System.GetTimestamp();
    private long _begin = -1;
    private long _last;

    public void Report(ReplayProgress value)
    {
        if (_begin < 0)
        {
            _begin = value.Counts.Events;
        }
        else if (TimeProvider.System.GetElapsedTime(_last) < (isFile ? InFile : OnScreen))
        {
            return;
        }

        _last = TimeProvider.System.GetTimestamp();
        output.Write(isFile ? $"{Text(value)}\n" : $"\r{Text(value)}   ");
    }

    public void End(ReplayProgress value, string table)
    {
        // Where nothing was left to do, nothing was reported, and what was read was read by others.
        if (_begin < 0)
        {
            _begin = value.Counts.Events;
        }

        output.Write(isFile ? $"{Text(value)}\n" : $"\r{Text(value)}   \n");
        output.WriteLine(value.Phase == ReplayPhase.Switched
            ? $"Every event is in {table}, which is the read model now."
            : $"Every event is in {table}. The same command with --switch makes it the read model.");
    }

    private string Text(ReplayProgress value)
    {
        var seconds = Math.Max(TimeProvider.System.GetElapsedTime(_started).TotalSeconds, 0.001);
        var rate = (value.Counts.Events - _begin) / seconds;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{value.Phase.ToString().ToLowerInvariant(),-12} {value.Counts.Objects:N0} objects, {value.Counts.Events:N0} events ({rate:N0}/s), {value.Counts.Applied:N0} applied, {value.Counts.Duplicates:N0} known, {value.Counts.Malformed:N0} malformed");
    }
}
