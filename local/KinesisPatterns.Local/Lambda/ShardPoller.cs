using KinesisPatterns.Local.Kinesis;

namespace KinesisPatterns.Local.Lambda;

/// <summary>
/// Reads one shard, filters its records and hands them to as many sub-queues as batches may run at a time.
/// </summary>
/// <remarks>https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html</remarks>
internal sealed class ShardPoller(EventSourceMapping mapping, ShardReader reader)
{
    private const int ReadSize = 1024;
    private const int ReadBytes = 4 << 20;

    private volatile bool _isReading;
    private long _expired;

    public Shard Shard => reader.Shard;

    /// <summary>Whether every record of the shard was handed on.</summary>
    public bool IsCaughtUp => !reader.HasMore && !_isReading;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (!await RunAsync(mapping.Plan, cancellationToken))
        {
            // The settings ask for other sub-queues; the old ones are empty.
        }
    }

    // True at the end of the shard, false when other sub-queues are needed.
    private async Task<bool> RunAsync(MappingPlan plan, CancellationToken cancellationToken)
    {
        var queues = Enumerable.Range(0, plan.Settings.ParallelizationFactor).Select(_ => new RecordQueue()).ToArray();
        using var failed = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var workers = queues.Select(queue => WorkAsync(queue, failed)).ToArray();
        var isAtEnd = false;
        try
        {
            isAtEnd = await ReadAsync(queues, plan.Settings, failed.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // A worker failed: its error comes below.
        }

        Array.ForEach(queues, queue => queue.Complete());
        await Task.WhenAll(workers);
        return isAtEnd;
    }

    private async Task WorkAsync(RecordQueue queue, CancellationTokenSource failed)
    {
        try
        {
            await new BatchCollector(mapping, queue, this).RunAsync(failed.Token);
        }
        catch
        {
            failed.Cancel();
            throw;
        }
    }

    private async Task<bool> ReadAsync(
        RecordQueue[] queues, MappingSettings settings, CancellationToken cancellationToken)
    {
        var records = new KinesisRecord[ReadSize];
        var throughput = mapping.Consumer is { } consumer ? consumer.Throughput(Shard)
            : mapping.Tuning.SharesReadThroughput ? Shard
            : null;
        while (true)
        {
            if (mapping.Tuning.PollInterval > TimeSpan.Zero && !reader.HasMore)
            {
                await Task.Delay(mapping.Tuning.PollInterval, mapping.Options.Time, cancellationToken);
            }

            await mapping.Gate.WaitAsync(cancellationToken);
            await reader.WaitAsync(cancellationToken);
            if (mapping.Settings.ParallelizationFactor != settings.ParallelizationFactor
                || mapping.Settings.TumblingWindowInSeconds != settings.TumblingWindowInSeconds)
            {
                return false;
            }

            await mapping.MayReadAsync(cancellationToken);
            if (throughput is not null)
            {
                await throughput.WaitAsync(mapping.Stream, mapping.Options.Time, cancellationToken);
            }

            _isReading = true;
            var count = reader.Read(records, ReadBytes);
            throughput?.AfterRead(records.AsSpan(0, count), mapping.Stream);
            count = mapping.Checkpoint?.LeaveOut(records.AsSpan(0, count)) ?? count;
            mapping.Counters.Poll(count);
            HandOn(records.AsSpan(0, count), queues);
            _isReading = false;
            mapping.ReportProgress();
            ReportExpired();
            if (count == 0 && reader.IsAtEnd)
            {
                return true;
            }

            foreach (var queue in queues)
            {
                await queue.WaitForRoomAsync(mapping.Tuning.QueueLimit, cancellationToken);
            }
        }
    }

    private void HandOn(Span<KinesisRecord> records, RecordQueue[] queues)
    {
        var filter = mapping.Plan.Filter;
        for (var i = 0; i < records.Length; i++)
        {
            if (filter.Matches(records[i].Data))
            {
                queues[QueueOf(records[i], queues.Length)].Add(records[i]);
            }
            else
            {
                mapping.End(records.Slice(i, 1), new(RecordEnd.Filtered));
            }
        }

        foreach (var queue in queues)
        {
            queue.Announce();
        }
    }

    private void ReportExpired()
    {
        if (reader.Expired > _expired)
        {
            mapping.Counters.Expire(reader.Expired - _expired);
            mapping.Remark($"{reader.Expired - _expired} records of {Shard.Id} left the stream before they were read.");
            _expired = reader.Expired;
        }
    }

    // AWS does not publish which keys share a batch; any function of the key keeps their order (FNV-1a).
    private static int QueueOf(in KinesisRecord record, int queues)
    {
        if (queues == 1)
        {
            return 0;
        }

        var hash = 2166136261;
        foreach (var b in record.PartitionKeyUtf8.Span)
        {
            hash = (hash ^ b) * 16777619;
        }

        return (int)(hash % (uint)queues);
    }
}
