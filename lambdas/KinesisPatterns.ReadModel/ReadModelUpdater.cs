using KinesisPatterns.Lambdas;

namespace KinesisPatterns.ReadModel;

/// <summary>What became of events of one aggregate.</summary>
/// <param name="Outcomes">Of each event, in the same order.</param>
/// <param name="Applied">How many events the item advanced by, those that had waited included.</param>
public sealed record Update(IReadOnlyList<Outcome> Outcomes, int Applied);

/// <summary>Brings events into a read model: as often as they come, in whatever order.</summary>
public sealed class ReadModelUpdater(IReadModelTable table)
{
    private const int Attempts = 10;

    /// <summary>The table's name.</summary>
    public string Table => table.Name;

    /// <summary>Applies the events, all of one aggregate, in one write; others may write the same item meanwhile.</summary>
    public async Task<Update> ApplyAsync(IReadOnlyList<DomainEvent> events, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(events);
        var key = events[0].Key;
        for (var attempt = 1; ; attempt++)
        {
            var item = await table.LoadAsync(key, cancellation) ?? ReadModelItem.New(key);
            var outcomes = new Outcome[events.Count];
            var applied = 0;

            // Those of a batch need not wait for each other in the item.
            foreach (var index in Enumerable.Range(0, events.Count).OrderBy(index => events[index].Version))
            {
                outcomes[index] = item.Add(events[index], ref applied);
            }

            if (!Array.Exists(outcomes, outcome => outcome is Outcome.Applied or Outcome.Early))
            {
                return new(outcomes, 0);
            }

            item.Touch();
            if (await table.SaveAsync(item, cancellation))
            {
                return new(outcomes, applied);
            }

            if (attempt == Attempts)
            {
                throw new InvalidOperationException($"{table.Name}: {key} was changed by others {Attempts} times in a row.");
            }

            await Task.Delay(Backoff.Pause(attempt), cancellation);
        }
    }
}
