using KinesisPatterns.ReadModel;

namespace KinesisPatterns.Replay;

/// <summary>Brings events into the table and counts them.</summary>
internal sealed class EventApplier(IReadModelTable table, Action<string> onMalformed)
{
    private const int Concurrency = 16;

    private readonly ReadModelUpdater _updater = new(table);

    /// <summary>Applies the events; the answer has the aggregates of those that came too early to be kept.</summary>
    public async Task<IReadOnlyCollection<string>> ApplyAsync(
        IReadOnlyList<ReadOnlyMemory<byte>> payloads, string source, ReplayCounts counts, CancellationToken cancellation)
    {
        var events = new List<DomainEvent>(payloads.Count);
        foreach (var payload in payloads)
        {
            counts.Events++;
            try
            {
                events.Add(DomainEvent.Parse(payload.Span));
            }
            catch (FormatException exception)
            {
                counts.Malformed++;
                onMalformed($"{source}: {exception.Message}");
            }
        }

        var refused = new HashSet<string>(StringComparer.Ordinal);
        var exclusive = new Lock();
        await Parallel.ForEachAsync(
            events.GroupBy(read => read.Key).Select(group => group.ToArray()),
            new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellation },
            async (group, token) =>
            {
                var update = await _updater.ApplyAsync(group, token);
                lock (exclusive)
                {
                    counts.Applied += update.Applied;
                    counts.Duplicates += update.Outcomes.LongCount(outcome => outcome == Outcome.Duplicate);
                    if (update.Outcomes.Contains(Outcome.Refused))
                    {
                        refused.Add(group[0].Key);
                    }
                }
            });
        return refused;
    }
}
