using KinesisPatterns.Cli;

namespace KinesisPatterns.Replay.Tests;

public sealed class ReplayLineTests
{
    [Fact]
    public void A_run_that_finds_everything_done_has_read_nothing()
    {
        using var output = new StringWriter();

        new ReplayLine(output, isFile: true).End(new(ReplayPhase.Switched, new() { Events = 40_000 }), "orders-2");

        Assert.Contains("40,000 events (0/s)", output.ToString(), StringComparison.Ordinal);
    }
}
