using KinesisPatterns.Local.Faults;

namespace KinesisPatterns.Local.Simulation;

/// <summary>A destination answered that it cannot now.</summary>
internal sealed class DestinationException(FaultKind kind) : Exception($"The destination is {kind}.");

/// <summary>What functions write to: it counts what it took, and it has its moods.</summary>
internal sealed class SimulatedTable(FaultPlan plan, TimeProvider time)
{
    private static readonly TimeSpan Quick = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(4);

    private readonly Dictionary<(string Function, int Record, int Part), int> _items = [];

    /// <summary>How often a record's parts are there: as often as the part that is there least, or most when none is missing.</summary>
    public int EffectsOf(string function, int record, int parts)
    {
        var counts = Enumerable.Range(0, parts).Select(part => _items.GetValueOrDefault((function, record, part))).ToList();
        return counts.Min() == 0 ? 0 : counts.Max();
    }

    /// <summary>Writes the parts of a record; returns those that it did not take.</summary>
    public async Task<IReadOnlyList<int>> WriteAsync(
        string function, int record, IReadOnlyList<int> parts, bool adds, CancellationToken cancellation)
    {
        if (plan.Draw(FaultKind.Slow, function) is { } slow)
        {
            await Task.Delay(slow.Between(Quick, Slow), time, cancellation);
        }

        foreach (var kind in (FaultKind[])[FaultKind.Throttled, FaultKind.Unavailable])
        {
            if (plan.Draw(kind, function) is not null)
            {
                throw new DestinationException(kind);
            }
        }

        var taken = plan.Draw(FaultKind.Partial, function)?.Below(parts.Count) ?? parts.Count;
        foreach (var part in parts.Take(taken))
        {
            var id = (function, record, part);
            _items[id] = adds ? _items.GetValueOrDefault(id) + 1 : 1;
        }

        return plan.Draw(FaultKind.LostAnswer, function) is null
            ? [.. parts.Skip(taken)]
            : throw new DestinationException(FaultKind.LostAnswer);
    }
}
