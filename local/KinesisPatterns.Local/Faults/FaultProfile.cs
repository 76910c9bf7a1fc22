namespace KinesisPatterns.Local.Faults;

/// <summary>How often each kind of fault happens: the share of the calls, invocations, records or looks at a clock that it strikes.</summary>
internal sealed record FaultProfile(string Name, string Summary, IReadOnlyDictionary<FaultKind, double> Rates)
{
    /// <summary>The profiles that have a name.</summary>
    public static readonly IReadOnlyList<FaultProfile> All =
    [
        Of("all", "everything at once",
            [(FaultKind.Crash, 0.04), (FaultKind.Hang, 0.01), (FaultKind.OutOfMemory, 0.03), (FaultKind.Duplicate, 0.08),
            (FaultKind.Slow, 0.01), (FaultKind.Throttled, 0.02), (FaultKind.Unavailable, 0.005), (FaultKind.LostAnswer, 0.02),
            (FaultKind.Partial, 0.10), (FaultKind.Reshard, 0.25), (FaultKind.ClockSkew, 0.2), (FaultKind.Poison, 0.01), (FaultKind.TaskLoss, 0.05)]),
        Of("crashes", "functions that crash, hang, run out of memory, batches that come twice, and jobs that lose a task manager",
            [(FaultKind.Crash, 0.10), (FaultKind.Hang, 0.03), (FaultKind.OutOfMemory, 0.08), (FaultKind.Duplicate, 0.10), (FaultKind.TaskLoss, 0.08)]),
        Of("destinations", "tables, buckets, stores and streams that are slow, busy, down, or take a part",
            [(FaultKind.Slow, 0.02), (FaultKind.Throttled, 0.05), (FaultKind.Unavailable, 0.02), (FaultKind.LostAnswer, 0.05), (FaultKind.Partial, 0.25)]),
        Of("reshard", "shards that split and merge under load", [(FaultKind.Reshard, 0.6)]),
        Of("poison", "records that no function can process", [(FaultKind.Poison, 0.05)]),
        Of("skew", "a clock that jumps forth and back", [(FaultKind.ClockSkew, 0.5)]),
        Of("restart", "a host that ends in the middle and goes on from its state, with crashes now and then",
            [(FaultKind.Restart, 1), (FaultKind.Crash, 0.02), (FaultKind.Duplicate, 0.05)]),
        Of("calm", "a little of what happens every day",
            [(FaultKind.Crash, 0.002), (FaultKind.Duplicate, 0.01), (FaultKind.Slow, 0.005), (FaultKind.Throttled, 0.005), (FaultKind.Partial, 0.01)]),
    ];

    public double RateOf(FaultKind kind) => Rates.GetValueOrDefault(kind);

    /// <summary>A seed and the name of a profile, as the command line has them: <c>7</c> or <c>7:crashes</c>.</summary>
    public static FaultPlan Parse(string text)
    {
        var parts = text.Split(':', 2);
        if (!int.TryParse(parts[0], System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var seed))
        {
            throw new LocalHostException($"--faults: expected SEED or SEED:PROFILE with a whole number as the seed, got '{text}'");
        }

        var name = parts.Length > 1 ? parts[1] : "all";
        return new(seed, All.FirstOrDefault(p => p.Name == name)
            ?? throw new LocalHostException($"--faults: expected one of the profiles {string.Join(", ", All.Select(p => p.Name))}, got '{name}'"));
    }

    private static FaultProfile Of(string name, string summary, (FaultKind Kind, double Rate)[] rates) =>
        new(name, summary, rates.ToDictionary(r => r.Kind, r => r.Rate));
}
