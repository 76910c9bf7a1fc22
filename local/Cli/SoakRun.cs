using System.Globalization;
using KinesisPatterns.Local.Simulation;

namespace KinesisPatterns.Cli;

/// <summary>Runs case after case until one fails, the time is over or there were enough.</summary>
/// <param name="screen">Told how far it is, and of the case that failed.</param>
/// <param name="caseOf">The case of a seed.</param>
internal sealed class SoakRun(TextWriter screen, Func<int, SimulationCase> caseOf)
{
    private const int Clean = 0;
    private const int Failed = 1;
    private const int FindingsShown = 5;

    private static readonly TimeSpan ShrinkFor = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan ReportEvery = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, long> _faults = new(StringComparer.Ordinal);
    private long _cases;
    private long _records;
    private long _reported;

    /// <summary>The exit code: 1 when a case failed.</summary>
    public int Run(int from, int seeds, TimeSpan? most, CancellationToken cancellation)
    {
        var started = _reported = TimeProvider.System.GetTimestamp();
        int? failing = null;
        Parallel.For(from, from + seeds, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, (seed, loop) =>
        {
            if (cancellation.IsCancellationRequested || TimeProvider.System.GetElapsedTime(started) > most)
            {
                loop.Stop();
                return;
            }

            var @case = caseOf(seed);
            if (FindingsOf(@case, out var result) is { Count: > 0 })
            {
                lock (_lock)
                {
                    failing = Math.Min(failing ?? seed, seed);
                }

                loop.Stop();
            }

            Count(@case, result, seed);
        });

        Line($"{_cases:N0} cases, {_records:N0} records, {TimeProvider.System.GetElapsedTime(started).TotalSeconds:0.0} s; faults: {string.Join(", ", _faults.Select(f => $"{f.Key} {f.Value}"))}");
        if (failing is not { } first)
        {
            Line($"Every record is accounted for.");
            return Clean;
        }

        Explain(first, cancellation);
        return Failed;
    }

    private void Explain(int seed, CancellationToken cancellation)
    {
        Line($"Seed {seed} fails: kinesis-patterns soak --from {seed} --seeds 1");
        Show(caseOf(seed));
        var started = TimeProvider.System.GetTimestamp();
        var kinds = KindsOf(caseOf(seed));
        var smallest = SimulationCases.Smallest(
            caseOf(seed),
            @case => !cancellation.IsCancellationRequested && TimeProvider.System.GetElapsedTime(started) < ShrinkFor && kinds.Overlaps(KindsOf(@case)));
        Line($"The smallest case like it that was found:\n{smallest}");
        Show(smallest);
    }

    // A smaller case that fails in another way is another case.
    private static HashSet<string> KindsOf(SimulationCase @case) => [.. FindingsOf(@case, out _).Select(f => f.Split(':')[0])];

    private void Show(SimulationCase @case)
    {
        foreach (var finding in FindingsOf(@case, out _).Take(FindingsShown))
        {
            Line($"  {finding}");
        }
    }

    // A case that ends with an error is a finding as well: of the host, not of the settings.
    private static List<string> FindingsOf(SimulationCase @case, out SimulationResult? result)
    {
        try
        {
            result = SimulationRun.Run(@case);
            return [.. result.Findings];
        }
        catch (Exception error)
        {
            result = null;
            return [error.ToString()];
        }
    }

    private void Count(SimulationCase @case, SimulationResult? result, int seed)
    {
        lock (_lock)
        {
            _cases++;
            _records += @case.Puts.Count;
            foreach (var (kind, count) in result?.Faults ?? new Dictionary<string, long>())
            {
                _faults[kind] = _faults.GetValueOrDefault(kind) + count;
            }

            foreach (var happening in @case.Events)
            {
                _faults[happening.Kind.ToString()] = _faults.GetValueOrDefault(happening.Kind.ToString()) + 1;
            }

            if (TimeProvider.System.GetElapsedTime(_reported) > ReportEvery)
            {
                _reported = TimeProvider.System.GetTimestamp();
                Line($"{_cases:N0} cases, {_records:N0} records, near seed {seed}");
            }
        }
    }

    private void Line(FormattableString text) => screen.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
