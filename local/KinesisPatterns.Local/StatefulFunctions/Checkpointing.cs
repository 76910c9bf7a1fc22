namespace KinesisPatterns.Local.StatefulFunctions;

/// <summary>Saves what a job knows, again and again, and hands back the last of it.</summary>
internal sealed class Checkpointing(CheckpointStore store, JobState state, JobOptions options, TimeProvider clock)
{
    // A large state would otherwise be written all the time.
    private const int ShareOfTime = 10;

    private long _number;
    private long _savedChange = -1;
    private int _failed;
    private int _failedInARow;
    private volatile CheckpointStatus? _last;

    /// <summary>The last complete one.</summary>
    public CheckpointStatus? Last => _last;

    /// <summary>How many failed.</summary>
    public int Failed => Volatile.Read(ref _failed);

    /// <summary>Is told of every one that is complete.</summary>
    public Action OnComplete { get; init; } = () => { };

    /// <summary>Is told why one failed.</summary>
    public Action<string> OnFailed { get; init; } = _ => { };

    /// <summary>What to go on from; null when there is nothing.</summary>
    public async Task<Checkpoint?> RestoreAsync(CancellationToken cancellation)
    {
        var checkpoint = await store.LatestAsync(cancellation);
        _failedInARow = 0;
        _savedChange = -1;
        _number = Math.Max(_number, checkpoint?.Number ?? 0);

        // The newest need not be the last one that was told of: an answer may have been lost.
        _last = checkpoint is null ? null : _last?.Number == checkpoint.Number ? _last : new(checkpoint.Number, TimeProvider.System.GetUtcNow(), 0, default);
        return checkpoint;
    }

    /// <summary>Saves regularly.</summary>
    /// <exception cref="CallFailedException">More have failed in a row than a job bears.</exception>
    public async Task RunAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var slow = (_last?.Took ?? default) * ShareOfTime;
            await Task.Delay(slow > options.CheckpointEvery ? slow : options.CheckpointEvery, clock, cancellation);
            try
            {
                await SaveAsync(cancellation);
                _failedInARow = 0;
            }
            catch (Exception error) when (!cancellation.IsCancellationRequested)
            {
                // Whatever it was: Flink declines the checkpoint and goes on.
                Interlocked.Increment(ref _failed);
                if (++_failedInARow > options.TolerableFailedCheckpoints)
                {
                    throw new CallFailedException($"{_failedInARow} checkpoints in a row failed: {error.Message}");
                }

                OnFailed(error.Message);
            }
        }
    }

    public async Task SaveAsync(CancellationToken cancellation)
    {
        if (_last is { } last && state.Change == _savedChange)
        {
            // Nothing has happened: the last one says what a new one would.
            _last = last with { Time = TimeProvider.System.GetUtcNow() };
            OnComplete();
            return;
        }

        var started = clock.GetTimestamp();
        var (next, change, sent) = state.Snapshot(++_number, cancellation);

        // What the checkpoint says was sent has to have arrived before the checkpoint counts.
        await sent;
        var bytes = await store.SaveAsync(next, cancellation);
        _savedChange = change;
        _last = new(next.Number, TimeProvider.System.GetUtcNow(), bytes, clock.GetElapsedTime(started));
        OnComplete();
    }
}
