using System.Diagnostics;
using KinesisPatterns.Local.Lambda;

namespace KinesisPatterns.Local.Tests.Lambda;

public sealed class ProcessGuardTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Kills_what_it_guards_when_its_pipe_breaks()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There is no shell to watch the pipe.");
        using var guard = new ProcessGuard();
        using var kept = new Process { StartInfo = new("sleep", "60") };
        using var released = new Process { StartInfo = new("sleep", "60") };
        guard.Start(kept);
        guard.Start(released);
        guard.Remove(released);

        guard.BreakPipe();

        await kept.WaitForExitAsync(Stop).WaitAsync(TimeSpan.FromSeconds(10), Stop);
        Assert.False(released.HasExited);
        released.Kill();
    }
}
