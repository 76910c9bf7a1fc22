using KinesisPatterns.Local.Faults;

namespace KinesisPatterns.Local.Simulation;

/// <summary>Makes cases from seeds, and smaller cases from cases.</summary>
internal static class SimulationCases
{
    private static readonly FaultKind[] Rated =
    [
        FaultKind.Crash, FaultKind.Hang, FaultKind.OutOfMemory, FaultKind.Duplicate, FaultKind.Slow, FaultKind.Throttled,
        FaultKind.Unavailable, FaultKind.LostAnswer, FaultKind.Partial,
    ];

    private static readonly double[] Rates = [0.01, 0.03, 0.1, 0.25];

    /// <summary>The case of a seed: nothing in it is set wrongly, so nothing may be lost.</summary>
    public static SimulationCase Of(int seed)
    {
        var random = new Random(seed);
        var span = random.Next(1, 60_000);
        var poison = random.Next(3) == 0 ? random.NextDouble() * 0.1 : 0;
        var puts = Puts(random, span, poison);
        return new()
        {
            Seed = seed,
            Shards = random.Next(1, 5),
            EnforcesQuotas = random.Next(3) == 0,
            Puts = puts,
            Mappings = [.. Enumerable.Range(0, random.Next(4) == 0 ? 2 : 1).Select(i => Mapping(random, i, puts.Any(p => p.IsPoison)))],
            Events = Events(random, span),
            Faults = random.Next(5) == 0 ? [] : Rated.Where(_ => random.Next(3) == 0).ToDictionary(k => k, _ => Rates[random.Next(Rates.Length)]),
        };
    }

    /// <summary>Smaller cases, the much smaller ones first.</summary>
    public static IEnumerable<SimulationCase> Shrink(SimulationCase @case)
    {
        for (var size = @case.Puts.Count / 2; size > 0; size /= 2)
        {
            for (var at = 0; at < @case.Puts.Count; at += size)
            {
                yield return @case with { Puts = [.. @case.Puts.Take(at), .. @case.Puts.Skip(at + size)] };
            }
        }

        foreach (var happening in @case.Events)
        {
            yield return @case with { Events = [.. @case.Events.Where(e => e != happening)] };
        }

        foreach (var kind in @case.Faults.Keys)
        {
            yield return @case with { Faults = @case.Faults.Where(f => f.Key != kind).ToDictionary() };
        }

        if (@case.Mappings.Count > 1)
        {
            foreach (var mapping in @case.Mappings)
            {
                yield return @case with { Mappings = [.. @case.Mappings.Where(m => m != mapping)] };
            }
        }

        foreach (var (at, mapping) in @case.Mappings.Index())
        {
            foreach (var plainer in Plainer(mapping).Where(m => m != mapping))
            {
                yield return @case with { Mappings = [.. @case.Mappings.Take(at), plainer, .. @case.Mappings.Skip(at + 1)] };
            }
        }

        foreach (var plainer in Plainer(@case))
        {
            yield return plainer;
        }
    }

    /// <summary>The smallest case that still fails, as far as one step at a time leads.</summary>
    public static SimulationCase Smallest(SimulationCase @case, Func<SimulationCase, bool> fails)
    {
        while (Shrink(@case).FirstOrDefault(fails) is { } smaller)
        {
            @case = smaller;
        }

        return @case;
    }

    private static IEnumerable<SimulatedMapping> Plainer(SimulatedMapping mapping) =>
    [
        mapping with { Factor = 1 },
        mapping with { Window = 0 },
        mapping with { Bisects = NeedsBisect(mapping) },
        mapping with { MaximumAge = -1 },
        mapping with { Reports = false },
        mapping with { Tumbling = 0 },
        mapping with { Filters = false },
        mapping with { BatchSize = 100 },
        mapping with { BatchSize = 2 },
        mapping with { Retries = Math.Min(mapping.Retries, 1) },
    ];

    private static IEnumerable<SimulationCase> Plainer(SimulationCase @case)
    {
        if (@case.Shards > 1)
        {
            yield return @case with { Shards = 1 };
        }

        if (@case.EnforcesQuotas)
        {
            yield return @case with { EnforcesQuotas = false };
        }

        if (@case.Puts.Any(p => p.Size > 0))
        {
            yield return @case with { Puts = [.. @case.Puts.Select(p => p with { Size = 0 })] };
        }

        if (@case.Puts.Any(p => p.Parts > 1))
        {
            yield return @case with { Puts = [.. @case.Puts.Select(p => p with { Parts = 1 })] };
        }

        if (@case.Puts.Any(p => p.At > 0))
        {
            yield return @case with { Puts = [.. @case.Puts.Select(p => p with { At = p.At / 2 })] };
        }

        if (@case.Puts.Any(p => p.Key > 0))
        {
            yield return @case with { Puts = [.. @case.Puts.Select(p => p with { Key = p.Key / 2 })] };
        }
    }

    private static List<SimulatedPut> Puts(Random random, int span, double poison)
    {
        var keys = random.Next(1, random.Next(2) == 0 ? 4 : 40);
        var isLarge = random.Next(20) == 0;
        var aggregated = random.Next(3) == 0 ? random.NextDouble() : 0;
        var bursts = random.Next(1, 20);
        return [.. Enumerable.Range(0, random.Next(1, 150)).Select(_ => new SimulatedPut(
            random.Next(bursts) * span / bursts,
            random.Next(keys),
            isLarge && random.Next(4) == 0 ? random.Next(300_000) : random.Next(100),
            random.NextDouble() < aggregated ? random.Next(2, 10) : 1,
            random.NextDouble() < poison,
            random.Next(3) > 0)).OrderBy(p => p.At)];
    }

    private static SimulatedMapping Mapping(Random random, int index, bool hasPoison)
    {
        var tumbling = random.Next(5) == 0 ? random.Next(1, 30) : 0;
        var mapping = new SimulatedMapping
        {
            Function = $"function-{index}",
            BatchSize = (int)Math.Pow(10, random.NextDouble() * 3),
            Window = random.Next(3) == 0 ? random.Next(1, 10) : 0,
            Factor = tumbling == 0 && random.Next(2) == 0 ? random.Next(1, 11) : 1,
            Bisects = random.Next(2) == 0,
            Retries = hasPoison || random.Next(2) == 0 ? random.Next(0, 6) : -1,
            MaximumAge = random.Next(4) == 0 ? random.Next(60, 600) : -1,
            Reports = random.Next(2) == 0,
            Tumbling = tumbling,
            Filters = random.Next(4) == 0,
        };

        // A batch that is tried as a whole and without end may be one that never fits into a function's time.
        return mapping with { Bisects = mapping.Bisects || NeedsBisect(mapping) };
    }

    // Reporting does not help: a function that is ended by its time-out reports nothing.
    private static bool NeedsBisect(SimulatedMapping mapping) => mapping.Retries < 0;

    private static List<SimulatedEvent> Events(Random random, int span)
    {
        var events = new List<SimulatedEvent>();
        void Add(FaultKind kind, int most, Func<int> value) => events.AddRange(
            Enumerable.Range(0, random.Next(most)).Select(_ => new SimulatedEvent(random.Next(span * 2), kind, value())));
        if (random.Next(2) == 0)
        {
            Add(FaultKind.Reshard, 5, () => random.Next(1000));
        }

        if (random.Next(3) == 0)
        {
            Add(FaultKind.Restart, 4, () => 0);
        }

        if (random.Next(4) == 0)
        {
            Add(FaultKind.ClockSkew, 4, () => random.Next(-90_000, 90_000));
        }

        return [.. events.OrderBy(e => e.At)];
    }
}
