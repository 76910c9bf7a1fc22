using KinesisPatterns.Local.Kinesis;

namespace KinesisPatterns.Local.Lambda;

/// <summary>Gathers the records of a sub-queue into batches and has them processed one after the other.</summary>
/// <remarks>
/// https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventsourcemapping.html
/// </remarks>
internal sealed class BatchCollector(EventSourceMapping mapping, RecordQueue queue, ShardPoller poller)
{
    private static readonly TimeSpan _catchUp = TimeSpan.FromMilliseconds(20);

    private readonly List<KinesisRecord> _batch = [];
    private TumblingWindow? _window;
    private long _bytes;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var runner = new BatchRunner(mapping, cancellationToken);
        if (mapping.Settings.TumblingWindowInSeconds is > 0 and var length)
        {
            _window = mapping.Checkpoint?.WindowIn(poller.Shard.Id, length);
        }

        while (await WaitAsync(cancellationToken))
        {
            if (!queue.TryPeek(out var first) || _window?.Contains(first.ArrivalMilliseconds) is false)
            {
                await CloseWindowAsync(runner);
                continue;
            }

            if (mapping.Settings.TumblingWindowInSeconds is > 0 and var seconds)
            {
                _window ??= TumblingWindow.At(first.ArrivalMilliseconds, seconds, poller.Shard.Id);
            }

            // A batch that failed before a restart comes again as it was, with the retries that it has left.
            var failed = mapping.Checkpoint?.FailedFrom(first);
            await CollectAsync(failed?.Last ?? long.MaxValue, cancellationToken);
            await runner.RunAsync(_batch.ToArray(), _window, failed?.Failures ?? 0);
            if (_window?.IsTooLarge is true)
            {
                await runner.FinishAsync(_window, isEarly: true);
                _window.Reset();
                mapping.Checkpoint?.KeepWindow(poller.Shard.Id, _window);
            }
        }

        await CloseWindowAsync(runner);
    }

    private async Task CloseWindowAsync(BatchRunner runner)
    {
        if (_window is not null)
        {
            await runner.FinishAsync(_window, isEarly: false);
            _window = null;
            mapping.Checkpoint?.KeepWindow(poller.Shard.Id, null);
        }
    }

    // True when a record waits or the open window is over, false when no record comes any more.
    private async Task<bool> WaitAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var arrival = queue.NextArrival();
            if (queue.Count > 0)
            {
                return true;
            }

            if (queue.IsComplete)
            {
                return queue.Count > 0;
            }

            if (_window is null)
            {
                await arrival.WaitAsync(cancellationToken);
                continue;
            }

            var rest = _window.End - mapping.Now;
            if (rest <= TimeSpan.Zero && poller.IsCaughtUp && queue.Count == 0)
            {
                return true;
            }

            await EitherAsync(arrival, rest > TimeSpan.Zero ? rest : _catchUp, cancellationToken);
        }
    }

    private async Task CollectAsync(long last, CancellationToken cancellationToken)
    {
        _batch.Clear();
        _bytes = EventWriter.FixedBytes;
        var until = mapping.Now + TimeSpan.FromSeconds(mapping.Settings.MaximumBatchingWindowInSeconds);
        while (true)
        {
            var arrival = queue.NextArrival();
            if (IsFull(last) || queue.IsComplete)
            {
                // What came between the two is taken, too.
                IsFull(last);
                return;
            }

            var rest = until - mapping.Now;
            if (rest <= TimeSpan.Zero)
            {
                return;
            }

            await EitherAsync(arrival, rest, cancellationToken);
        }
    }

    private bool IsFull(long last)
    {
        while (_batch.Count < mapping.Settings.BatchSize)
        {
            if (!queue.TryPeek(out var record))
            {
                return false;
            }

            if (record.Counter > last)
            {
                return true;
            }

            var bytes = EventWriter.BytesOf(record, mapping);
            if (_batch.Count > 0
                && (_bytes + bytes > LambdaLimits.Event || _window?.Contains(record.ArrivalMilliseconds) is false))
            {
                return true;
            }

            _bytes += bytes;
            _batch.Add(record);
            queue.Dequeue();
        }

        return true;
    }

    private async Task EitherAsync(Task arrival, TimeSpan wait, CancellationToken cancellationToken)
    {
        await using var timer = mapping.Options.Time.CreateTimer(
            static state => ((RecordQueue)state!).Announce(), queue, wait, Timeout.InfiniteTimeSpan);
        await arrival.WaitAsync(cancellationToken);
    }
}
