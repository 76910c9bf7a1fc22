using FsCheck;
using FsCheck.Fluent;
using KinesisPatterns.Local.Simulation;

namespace KinesisPatterns.Local.Tests.Simulation;

/// <summary>Random workloads, mappings and faults: whatever they are, every record comes to its end, once in effect and in order.</summary>
public sealed class SimulationTests
{
    private const int Seeds = 250;

    [Fact]
    public void Nothing_is_lost_whatever_happens()
    {
        // The seeds are those that `kinesis-patterns soak` begins with; it goes on from there.
        var seeds = Gen.Elements(Enumerable.Range(1, 1_000_000)).Select(SimulationCases.Of);
        var cases = Arb.From(seeds, SimulationCases.Shrink);

        Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(Seeds).WithReplay(20261126, 1),
            Prop.ForAll(cases, (SimulationCase @case) => Assert.Empty(SimulationRun.Run(@case).Findings)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(17)]
    [InlineData(99)]
    public void The_same_case_takes_the_same_course(int seed)
    {
        var (first, second) = (SimulationRun.Run(SimulationCases.Of(seed)), SimulationRun.Run(SimulationCases.Of(seed)));

        Assert.Equal(first.Faults, second.Faults);
        Assert.Equal(first.Report.Ends, second.Report.Ends);
    }
}
