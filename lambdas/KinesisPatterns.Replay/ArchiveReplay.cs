using System.Text;

namespace KinesisPatterns.Replay;

/// <summary>Brings the archive into the table.</summary>
internal sealed class ArchiveReplay(
    IEventArchive archive, EventApplier applier, Checkpoint checkpoint, Func<CancellationToken, Task> save, TimeProvider time)
{
    private const int EventsAtOnce = 1_000;

    // The clock that stamps objects is not ours.
    private static readonly TimeSpan Margin = TimeSpan.FromMinutes(10);

    private readonly HashSet<string> _read = new(StringComparer.Ordinal);

    /// <summary>
    /// Lists the archive until a listing has nothing new: reading it may take longer than the stream retains, and what is delivered meanwhile need not
    /// sort behind what was.
    /// </summary>
    public async Task ReadAsync(CancellationToken cancellation)
    {
        bool done;
        do
        {
            done = checkpoint.After is null;
            checkpoint.ListingSince ??= time.GetUtcNow().ToUnixTimeMilliseconds();
            await foreach (var found in archive.ListAsync(checkpoint.After, cancellation))
            {
                if (checkpoint.Since is { } since && found.Modified.ToUnixTimeMilliseconds() < since - Margin.TotalMilliseconds || !_read.Add(found.Key))
                {
                    continue;
                }

                done = false;
                if (!await ReadAsync(found.Key, cancellation))
                {
                    checkpoint.Again.Add(found.Key);
                }

                checkpoint.After = found.Key;
                checkpoint.Counts.Objects++;
                await save(cancellation);
            }

            (checkpoint.Since, checkpoint.ListingSince, checkpoint.After) = (checkpoint.ListingSince, null, null);
            await save(cancellation);
        }
        while (!done);

        await ReadAgainAsync(cancellation);
    }

    /// <summary>Reads those objects again that had events which came too early to be kept, as long as that helps.</summary>
    public async Task ReadAgainAsync(CancellationToken cancellation)
    {
        for (var before = -1L; checkpoint.Again.Count > 0 && before != checkpoint.Counts.Applied;)
        {
            before = checkpoint.Counts.Applied;
            foreach (var key in checkpoint.Again.Order(StringComparer.Ordinal).ToArray())
            {
                if (await ReadAsync(key, cancellation))
                {
                    checkpoint.Again.Remove(key);
                }
            }

            await save(cancellation);
        }
    }

    private async Task<bool> ReadAsync(string key, CancellationToken cancellation)
    {
        try
        {
            return await ReadLinesAsync(key, cancellation);
        }
        catch (Exception exception) when (exception is InvalidDataException or IOException)
        {
            throw new ReplayException($"{key} could not be read to its end: {exception.Message} What is before it is in the table; the same command goes on with it.", exception);
        }
    }

    private async Task<bool> ReadLinesAsync(string key, CancellationToken cancellation)
    {
        var events = new List<ReadOnlyMemory<byte>>(EventsAtOnce);
        var isComplete = true;
        await foreach (var line in archive.ReadAsync(key, cancellation))
        {
            if (line.Length == 0)
            {
                continue;
            }

            events.Add(Encoding.UTF8.GetBytes(line));
            if (events.Count == EventsAtOnce)
            {
                await ApplyAsync();
            }
        }

        await ApplyAsync();
        return isComplete;

        async Task ApplyAsync()
        {
            isComplete &= (await applier.ApplyAsync(events, key, checkpoint.Counts, cancellation)).Count == 0;
            events.Clear();
        }
    }
}
