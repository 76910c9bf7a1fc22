using System.Diagnostics;
using System.Globalization;
using KinesisPatterns.Local.Lambda;

namespace KinesisPatterns.Local.Faults;

/// <summary>What goes wrong with the process of a function after it took an event.</summary>
internal static class ProcessFaults
{
    // A run has to come to its end: a function that hangs does so for this long at most, whatever its time-out.
    private static readonly TimeSpan LongestHang = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan LongestLife = TimeSpan.FromMilliseconds(200);

    /// <summary>How long the invocation may take.</summary>
    public static TimeSpan LimitOf(FaultDraw? fault, TimeSpan timeout) =>
        fault is { Kind: FaultKind.Hang } && LongestHang < timeout ? LongestHang : timeout;

    /// <summary>Kills the process in a moment, or stops it where it is.</summary>
    public static void Strike(Process process, FaultDraw fault, TimeProvider time)
    {
        if (fault.Kind == FaultKind.Crash)
        {
            _ = KillLaterAsync(process, fault.Between(TimeSpan.Zero, LongestLife), time);
        }
        else if (fault.Kind == FaultKind.Hang)
        {
            Stop(process);
        }
    }

    private static async Task KillLaterAsync(Process process, TimeSpan wait, TimeProvider time)
    {
        await Task.Delay(wait, time);
        ProcessGuard.Kill(process);
    }

    // A process that is stopped does not notice, and answers nothing; the time-out ends it.
    private static void Stop(Process process)
    {
        if (OperatingSystem.IsWindows())
        {
            ProcessGuard.Kill(process);
            return;
        }

        using var kill = Process.Start("/bin/sh", ["-c", string.Create(CultureInfo.InvariantCulture, $"kill -STOP {process.Id}")]);
        kill.WaitForExit();
    }
}
