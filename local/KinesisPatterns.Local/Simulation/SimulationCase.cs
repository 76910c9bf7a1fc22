using System.Globalization;
using System.Text;
using KinesisPatterns.Local.Faults;

namespace KinesisPatterns.Local.Simulation;

/// <summary>A workload, the mappings that process it, and what goes wrong meanwhile.</summary>
internal sealed record SimulationCase
{
    /// <summary>Decides every fault.</summary>
    public required int Seed { get; init; }

    public required int Shards { get; init; }

    /// <summary>Whether the stream refuses what is above its throughput.</summary>
    public bool EnforcesQuotas { get; init; }

    /// <summary>Whether a restart finds what was kept on disk.</summary>
    public bool KeepsState { get; init; } = true;

    /// <summary>Whether a record that is no poison may not be given up; null decides by the faults and the mapping.</summary>
    public bool? SparesTheGood { get; init; }

    public required IReadOnlyList<SimulatedPut> Puts { get; init; }

    public required IReadOnlyList<SimulatedMapping> Mappings { get; init; }

    /// <summary>What happens to the stream and the host, by time.</summary>
    public IReadOnlyList<SimulatedEvent> Events { get; init; } = [];

    /// <summary>What happens to functions and their destinations, and how often.</summary>
    public IReadOnlyDictionary<FaultKind, double> Faults { get; init; } = new Dictionary<FaultKind, double>();

    /// <inheritdoc/>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"seed {Seed}: {Shards} shards{(EnforcesQuotas ? ", quotas" : "")}{(KeepsState ? "" : ", no state")}");
        foreach (var mapping in Mappings)
        {
            text.Append("\n  ").Append(mapping);
        }

        foreach (var (kind, rate) in Faults.OrderBy(f => f.Key))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n  {kind} {rate:0.###}");
        }

        foreach (var happening in Events)
        {
            text.Append("\n  ").Append(happening);
        }

        foreach (var (number, put) in Puts.Index().Take(25))
        {
            text.Append(CultureInfo.InvariantCulture, $"\n  {number}: {put}");
        }

        return text.Append(CultureInfo.InvariantCulture, $"\n  {Puts.Count} records in all").ToString();
    }
}

/// <summary>A record to be put.</summary>
/// <param name="At">When, in milliseconds after the start.</param>
/// <param name="Key">The number in its partition key.</param>
/// <param name="Size">Bytes of padding.</param>
/// <param name="Parts">User records in it: more than one makes it an aggregate of the Kinesis Producer Library.</param>
/// <param name="IsPoison">Whether no function can process it.</param>
/// <param name="IsWanted">Whether the filter of a mapping that has one lets it through.</param>
internal sealed record SimulatedPut(int At, int Key, int Size = 0, int Parts = 1, bool IsPoison = false, bool IsWanted = true);

/// <summary>Something that happens to the stream or the host.</summary>
/// <param name="At">When, in milliseconds after the start.</param>
/// <param name="Kind">A reshard, a restart or a jump of the clock.</param>
/// <param name="Value">Which shards, or how many milliseconds ahead the clock is from then on.</param>
internal sealed record SimulatedEvent(int At, FaultKind Kind, int Value = 0);

/// <summary>What is wrong with a function that its author did not think of.</summary>
[Flags]
internal enum Habits
{
    None = 0,

    /// <summary>It takes a write of which a part was refused for done.</summary>
    IgnoresUnprocessed = 1,

    /// <summary>It takes a write that failed for done.</summary>
    SwallowsErrors = 2,

    /// <summary>Its writes add up when they come again.</summary>
    Appends = 4,

    /// <summary>It reports failed records, whether its mapping asks for that or not.</summary>
    ReportsUnasked = 8,
}

/// <summary>An event source mapping and its function.</summary>
internal sealed record SimulatedMapping
{
    public required string Function { get; init; }

    public int BatchSize { get; init; } = 100;

    public int Window { get; init; }

    public int Factor { get; init; } = 1;

    public bool Bisects { get; init; }

    public int Retries { get; init; } = -1;

    public int MaximumAge { get; init; } = -1;

    public bool Reports { get; init; }

    public int Tumbling { get; init; }

    public bool HasDestination { get; init; } = true;

    public bool Filters { get; init; }

    public Habits Habits { get; init; }
}
