using KinesisPatterns.Lambdas.Streams;
using KinesisPatterns.ReadModel;

namespace KinesisPatterns.Lambdas.Projection;

/// <summary>Brings the events of a batch into the read model.</summary>
/// <param name="alias">Knows which tables are the read model.</param>
/// <param name="table">Opens a table by its name.</param>
/// <param name="metrics">Told what became of the events.</param>
/// <param name="onError">Told of what failed.</param>
/// <param name="concurrency">The most aggregates that are written at a time.</param>
internal sealed class ProjectionFunction(
    IReadModelAlias alias, Func<string, IReadModelTable> table, EmbeddedMetrics metrics, Action<Exception> onError, int concurrency = 16)
{
    /// <summary>
    /// Every aggregate is tried, whatever happens to others. The answer names the first record with an event that is not in every table of the read
    /// model: malformed, too early to be kept, or not written.
    /// </summary>
    public async Task<Stream> HandleAsync(Stream input, CancellationToken deadline)
    {
        using var batch = await KinesisBatch.ReadAsync(input);
        var tables = await alias.ResolveAsync(deadline);
        ReadModelUpdater[] updaters = [.. tables.Written.Select(name => new ReadModelUpdater(table(name)))];

        var failed = new bool[batch.Records.Count];
        var counts = new Counts();
        var aggregates = Parse(batch, failed, counts).GroupBy(read => read.Event.Key).Select(group => group.ToArray());
        await Parallel.ForEachAsync(
            aggregates, new ParallelOptions { MaxDegreeOfParallelism = concurrency },
            async (members, _) => await ApplyAsync(updaters, members, failed, counts, deadline));

        metrics.Write(
        [
            new("Events", counts.Events), new("Applied", counts.Applied), new("Duplicates", counts.Duplicates), new("Early", counts.Early),
            new("Malformed", counts.Malformed), new("FailedRecords", failed.LongCount(value => value)),
        ]);
        return BatchResponse.From(batch.Records, failed);
    }

    private List<(DomainEvent Event, int Source)> Parse(KinesisBatch batch, bool[] failed, Counts counts)
    {
        var events = new List<(DomainEvent, int)>(batch.Records.Count);
        var unpacked = new List<UserRecord>();
        for (var index = 0; index < failed.Length; index++)
        {
            unpacked.Clear();
            KplAggregate.Unpack(batch.Records[index], unpacked);
            foreach (var record in unpacked)
            {
                counts.Events++;
                try
                {
                    events.Add((DomainEvent.Parse(record.Data.Span), index));
                }
                catch (FormatException exception)
                {
                    failed[index] = true;
                    counts.Malformed++;
                    onError(new FormatException($"{batch.Records[index].ShardId} {batch.Records[index].SequenceNumber}: {exception.Message}", exception));
                }
            }
        }

        return events;
    }

    private async Task ApplyAsync(
        ReadModelUpdater[] updaters, (DomainEvent Event, int Source)[] members, bool[] failed, Counts counts, CancellationToken deadline)
    {
        DomainEvent[] events = [.. members.Select(member => member.Event)];
        foreach (var updater in updaters)
        {
            try
            {
                var update = await updater.ApplyAsync(events, deadline);
                Count(update, updater == updaters[^1] ? counts : null, members, failed);
                if (update.Outcomes.Contains(Outcome.Refused))
                {
                    onError(new InvalidOperationException(
                        $"{updater.Table}: {events[0].Key} has as many events as can wait for their predecessors, and one more came."));
                }
            }
            catch (Exception exception)
            {
                onError(new InvalidOperationException($"{updater.Table}: {events[0].Key}: {exception.Message}", exception));
                foreach (var (_, source) in members)
                {
                    failed[source] = true;
                }
            }
        }
    }

    // The read model that queries see is counted, whatever is written besides.
    private static void Count(Update update, Counts? counts, (DomainEvent Event, int Source)[] members, bool[] failed)
    {
        counts?.Add(update);
        for (var place = 0; place < members.Length; place++)
        {
            if (update.Outcomes[place] == Outcome.Refused)
            {
                failed[members[place].Source] = true;
            }
        }
    }

    private sealed class Counts
    {
        private long _applied, _duplicates, _early;

        public long Events { get; set; }

        public long Malformed { get; set; }

        public long Applied => _applied;

        public long Duplicates => _duplicates;

        public long Early => _early;

        public void Add(Update update)
        {
            Interlocked.Add(ref _applied, update.Applied);
            Interlocked.Add(ref _duplicates, update.Outcomes.LongCount(outcome => outcome == Outcome.Duplicate));
            Interlocked.Add(ref _early, update.Outcomes.LongCount(outcome => outcome == Outcome.Early));
        }
    }
}
