namespace KinesisPatterns.Replay;

/// <summary>Brings what the stream retains into the table.</summary>
internal sealed class StreamReplay(
    IEventStream stream, EventApplier applier, Checkpoint checkpoint, Func<CancellationToken, Task> save, TimeProvider time)
{
    // Five reads a second and shard are all there are, for all readers (https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html).
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    /// <summary>Reads until everything is in the table that was in the stream when this was called.</summary>
    public async Task CatchUpAsync(CancellationToken cancellation)
    {
        while (await RoundAsync(cancellation) is { IsTip: false } round)
        {
            if (!round.HasEvents)
            {
                await Task.Delay(Pause, time, cancellation);
            }
        }
    }

    private async Task<(bool IsTip, bool HasEvents)> RoundAsync(CancellationToken cancellation)
    {
        var shards = await stream.ShardsAsync(cancellation);
        var listed = shards.Select(shard => shard.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var expired in checkpoint.Shards.Keys.Except(listed).ToArray())
        {
            checkpoint.Shards.Remove(expired);
        }

        var (isTip, hasEvents) = (true, false);
        foreach (var shard in shards.Where(shard => checkpoint.Shards.GetValueOrDefault(shard.Id) != Checkpoint.End))
        {
            if (shard.Parents.Any(parent => listed.Contains(parent) && checkpoint.Shards.GetValueOrDefault(parent) != Checkpoint.End))
            {
                isTip = false;
                continue;
            }

            var page = await stream.ReadAsync(shard.Id, checkpoint.Shards.GetValueOrDefault(shard.Id), cancellation);
            if (await applier.ApplyAsync(page.Events, shard.Id, checkpoint.Counts, cancellation) is { Count: > 0 } refused)
            {
                throw new ReplayException(
                    $"{string.Join(", ", refused.Take(5))}: the stream goes on and the events before are neither in it nor in the archive.");
            }

            if (page.IsEnd)
            {
                checkpoint.Shards[shard.Id] = Checkpoint.End;
            }
            else if (page.Last is not null)
            {
                checkpoint.Shards[shard.Id] = page.Last;
            }

            // The children of a shard that ended may not be listed yet.
            isTip &= page is { IsTip: true, IsEnd: false };
            hasEvents |= page.Events.Count > 0 || page.IsEnd;
        }

        if (hasEvents)
        {
            await save(cancellation);
        }

        return (isTip, hasEvents);
    }
}
