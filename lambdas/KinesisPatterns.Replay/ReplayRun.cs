using KinesisPatterns.ReadModel;

namespace KinesisPatterns.Replay;

/// <summary>What a replay works with.</summary>
public sealed record ReplayParts
{
    /// <summary>The archive of events.</summary>
    public required IEventArchive Archive { get; init; }

    /// <summary>The stream of events.</summary>
    public required IEventStream Stream { get; init; }

    /// <summary>The new table.</summary>
    public required IReadModelContents Target { get; init; }

    /// <summary>Opens the read model so far, by its name.</summary>
    public required Func<string, IReadModelContents> Open { get; init; }

    /// <summary>Knows which tables are the read model.</summary>
    public required IReadModelSwitch Alias { get; init; }

    /// <summary>Where checkpoints are kept.</summary>
    public required ICheckpoints Checkpoints { get; init; }

    /// <summary>Told of lines and records that are no events.</summary>
    public Action<string> OnMalformed { get; init; } = _ => { };

    /// <summary>How long an event may be on its way that others did not wait for.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}

/// <summary>
/// Rebuilds a read model from the archive and then from the stream, in a new table, and makes that table the read model. It may be ended at any point
/// and run again: it goes on from its checkpoint, and what is applied twice changes nothing.
/// </summary>
public sealed class ReplayRun(ReplayParts parts)
{
    private const int ShownGaps = 10;

    /// <summary>Rebuilds the table; with <paramref name="switches"/> it becomes the read model.</summary>
    public async Task<ReplayProgress> RunAsync(bool switches, IProgress<ReplayProgress>? progress, CancellationToken cancellation)
    {
        var tables = await parts.Alias.ResolveAsync(cancellation);
        var checkpoint = await parts.Checkpoints.LoadAsync(cancellation);
        if (tables.Read == parts.Target.Name)
        {
            // With a checkpoint, the run that switched was ended before it could say so.
            return checkpoint is not null
                ? new(ReplayPhase.Switched, checkpoint.Counts)
                : throw new ReplayException($"{parts.Target.Name} is the read model already: a replay needs a new table.");
        }

        if (tables.Also is not null && tables.Also != parts.Target.Name)
        {
            throw new ReplayException($"{tables.Also} is about to become the read model: finish that replay first.");
        }

        checkpoint ??= await BeginAsync(cancellation);
        var phase = ReplayPhase.Archive;
        progress?.Report(new(phase, checkpoint.Counts with { }));
        var applier = new EventApplier(parts.Target, parts.OnMalformed);
        var archive = new ArchiveReplay(parts.Archive, applier, checkpoint, SaveAsync, parts.Time);
        var stream = new StreamReplay(parts.Stream, applier, checkpoint, SaveAsync, parts.Time);
        var check = new GapCheck(parts.Target, parts.Open(tables.Read));

        await archive.ReadAsync(cancellation);
        phase = ReplayPhase.Stream;
        await stream.CatchUpAsync(cancellation);
        if (switches && tables.Also is null)
        {
            // From here on every batch that begins is written to both. What began before was in the stream before, and is read below.
            var both = tables with { Also = parts.Target.Name };
            await parts.Alias.ChangeAsync(tables, both, cancellation);
            tables = both;
        }

        phase = ReplayPhase.Verification;
        var gaps = await VerifyAsync();
        if (gaps.Count > 0)
        {
            if (tables.Also is not null)
            {
                await parts.Alias.ChangeAsync(tables, tables with { Also = null }, cancellation);
            }

            throw new ReplayException(
                $"The archive and the stream lack events of {gaps.Count} aggregates; {tables.Read} remains the read model.\n"
                + string.Join('\n', gaps.Take(ShownGaps)) + (gaps.Count > ShownGaps ? $"\nand {gaps.Count - ShownGaps} more" : ""));
        }

        if (switches)
        {
            await parts.Alias.ChangeAsync(tables, new(parts.Target.Name, null), cancellation);
        }

        phase = switches ? ReplayPhase.Switched : ReplayPhase.Complete;
        await SaveAsync(cancellation);
        return new(phase, checkpoint.Counts with { });

        async Task SaveAsync(CancellationToken token)
        {
            await parts.Checkpoints.SaveAsync(checkpoint, token);
            progress?.Report(new(phase, checkpoint.Counts with { }));
        }

        // All that the archive and the stream had is in the table at the first look. What is missing later on only is on its way.
        async Task<IReadOnlyCollection<string>> VerifyAsync()
        {
            var ahead = await check.AheadAsync(cancellation);
            var started = parts.Time.GetTimestamp();
            HashSet<string>? missing = null;
            for (; ; )
            {
                await stream.CatchUpAsync(cancellation);
                await archive.ReadAgainAsync(cancellation);
                var found = await check.GapsAsync(ahead, cancellation);
                missing ??= new(found.Keys, StringComparer.Ordinal);
                missing.IntersectWith(found.Keys);
                if (missing.Count == 0 || parts.Time.GetElapsedTime(started) >= parts.Patience)
                {
                    return [.. missing.Order(StringComparer.Ordinal).Select(key => found[key])];
                }

                await Task.Delay(TimeSpan.FromSeconds(1), parts.Time, cancellation);
            }
        }
    }

    private async Task<Checkpoint> BeginAsync(CancellationToken cancellation)
    {
        await foreach (var item in parts.Target.ItemsAsync(waitingOnly: false, cancellation))
        {
            throw new ReplayException($"{parts.Target.Name}: expected an empty table, or one that a replay has begun to fill, got one with {item.Key}.");
        }

        var checkpoint = new Checkpoint();
        await parts.Checkpoints.SaveAsync(checkpoint, cancellation);
        return checkpoint;
    }
}
