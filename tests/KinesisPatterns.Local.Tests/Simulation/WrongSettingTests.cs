using KinesisPatterns.Local.Faults;
using KinesisPatterns.Local.Simulation;

namespace KinesisPatterns.Local.Tests.Simulation;

/// <summary>
/// One wrong setting for each kind of fault: the checker names what it costs. Put right, the same case is clean, so it is
/// the setting that is found and nothing else.
/// </summary>
public sealed class WrongSettingTests
{
    private const int Records = 60;

    private static readonly SimulatedMapping Right =
        new() { Function = "store", BatchSize = 10, Bisects = true, Retries = 5, Reports = true };

    [Fact]
    public void Poison_without_bisect_takes_good_records_along() => Finds(
        LedgerRule.FailedNeedlessly,
        wrong: Case(Right with { Bisects = false, Reports = false, Window = 1 }, poison: 17) with { SparesTheGood = true },
        right: Case(Right with { Reports = false, Window = 1 }, poison: 17) with { SparesTheGood = true });

    [Fact]
    public void Poison_without_a_failure_destination_is_gone() => Finds(
        LedgerRule.Dropped,
        wrong: Case(Right with { HasDestination = false }, poison: 17),
        right: Case(Right, poison: 17));

    [Fact]
    public void Poison_that_is_tried_without_end_blocks_what_comes_after_it() => Finds(
        LedgerRule.Blocked,
        wrong: Case(Right with { Retries = -1 }, poison: 17),
        right: Case(Right, poison: 17));

    [Fact]
    public void A_crash_without_retries_and_destination_loses_its_batch() => Finds(
        LedgerRule.Dropped,
        wrong: Case(Right with { Retries = 0, Bisects = false, HasDestination = false }, FaultKind.Crash),
        right: Case(Right, FaultKind.Crash));

    [Fact]
    public void A_hang_without_retries_and_destination_loses_its_batch() => Finds(
        LedgerRule.Dropped,
        wrong: Case(Right with { Retries = 0, Bisects = false, HasDestination = false }, FaultKind.Hang),
        right: Case(Right, FaultKind.Hang));

    [Fact]
    public void An_out_of_memory_kill_repeats_writes_that_add_up() => Finds(
        LedgerRule.EffectRepeated,
        wrong: Case(Right with { Habits = Habits.Appends }, FaultKind.OutOfMemory),
        right: Case(Right, FaultKind.OutOfMemory));

    [Fact]
    public void A_batch_that_comes_twice_repeats_writes_that_add_up() => Finds(
        LedgerRule.EffectRepeated,
        wrong: Case(Right with { Habits = Habits.Appends }, FaultKind.Duplicate),
        right: Case(Right, FaultKind.Duplicate));

    [Fact]
    public void A_slow_destination_ages_records_that_no_failure_destination_keeps() => Finds(
        LedgerRule.Dropped,
        wrong: Case(Right with { MaximumAge = 60, HasDestination = false, Retries = -1 }, FaultKind.Slow, rate: 0.9),
        right: Case(Right with { MaximumAge = 60, Retries = -1 }, FaultKind.Slow, rate: 0.9));

    [Fact]
    public void A_slow_destination_blocks_a_batch_that_is_tried_as_a_whole_without_end() => Finds(
        LedgerRule.Blocked,
        wrong: Case(Right with { BatchSize = 100, Window = 2, Bisects = false, Reports = false, Retries = -1 }, FaultKind.Slow, rate: 0.5),
        right: Case(Right with { BatchSize = 100, Window = 2, Retries = -1 }, FaultKind.Slow, rate: 0.5));

    [Fact]
    public void A_throttled_write_that_is_swallowed_is_missing() => Finds(
        LedgerRule.EffectMissing,
        wrong: Case(Right with { Habits = Habits.SwallowsErrors }, FaultKind.Throttled),
        right: Case(Right, FaultKind.Throttled));

    [Fact]
    public void A_write_to_a_destination_that_is_down_is_missing_when_the_error_is_swallowed() => Finds(
        LedgerRule.EffectMissing,
        wrong: Case(Right with { Habits = Habits.SwallowsErrors }, FaultKind.Unavailable),
        right: Case(Right, FaultKind.Unavailable));

    [Fact]
    public void A_lost_answer_repeats_writes_that_add_up() => Finds(
        LedgerRule.EffectRepeated,
        wrong: Case(Right with { Habits = Habits.Appends }, FaultKind.LostAnswer),
        right: Case(Right, FaultKind.LostAnswer));

    [Fact]
    public void Unprocessed_items_that_nobody_sends_again_are_missing() => Finds(
        LedgerRule.EffectMissing,
        wrong: Case(Right with { Habits = Habits.IgnoresUnprocessed }, FaultKind.Partial),
        right: Case(Right, FaultKind.Partial));

    [Fact]
    public void Failed_records_that_are_reported_to_a_mapping_that_does_not_ask_are_missing() => Finds(
        LedgerRule.EffectMissing,
        wrong: Case(Right with { Reports = false, Habits = Habits.ReportsUnasked }, FaultKind.Unavailable, rate: 0.6),
        right: Case(Right, FaultKind.Unavailable, rate: 0.6));

    [Fact]
    public void A_restart_without_state_loses_what_was_accepted() => Finds(
        LedgerRule.NoEnd,
        wrong: Case(Right with { Window = 5 }) with { Events = [new(700, FaultKind.Restart)], KeepsState = false },
        right: Case(Right with { Window = 5 }) with { Events = [new(700, FaultKind.Restart)] });

    [Fact]
    public void A_clock_that_jumps_ages_records_that_no_failure_destination_keeps() => Finds(
        LedgerRule.Dropped,
        wrong: Case(Right with { MaximumAge = 60, Window = 5, HasDestination = false }) with { Events = [new(1000, FaultKind.ClockSkew, 90_000)] },
        right: Case(Right with { MaximumAge = 60, Window = 5 }) with { Events = [new(1000, FaultKind.ClockSkew, 90_000)] });

    private static SimulationCase Case(SimulatedMapping mapping, FaultKind? fault = null, double rate = 0.3, int? poison = null) => new()
    {
        Seed = 4,
        Shards = 2,
        Mappings = [mapping],
        Puts = [.. Enumerable.Range(0, Records).Select(i => new SimulatedPut(i * 20, i % 7, Parts: i % 3 == 0 ? 4 : 1, IsPoison: i == poison))],
        Faults = fault is { } kind ? new Dictionary<FaultKind, double> { [kind] = rate } : new Dictionary<FaultKind, double>(),
    };

    private static void Finds(LedgerRule rule, SimulationCase wrong, SimulationCase right)
    {
        var found = SimulationRun.Run(wrong);
        var clean = SimulationRun.Run(right);

        Assert.Contains(rule, found.Report.Broken);
        Assert.Empty(clean.Findings);
    }
}
