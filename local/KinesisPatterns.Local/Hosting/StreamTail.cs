using KinesisPatterns.Local.Kinesis;

namespace KinesisPatterns.Local.Hosting;

/// <summary>Reads every shard of a stream from its horizon on and hands each record on.</summary>
internal sealed class StreamTail(KinesisStream stream, Func<KinesisRecord, ValueTask> handle)
{
    private const int RecordsAtOnce = 500;

    private readonly HashSet<string> _started = new(StringComparer.Ordinal);
    private long _handled;

    /// <summary>Records handed on so far.</summary>
    public long Handled => Interlocked.Read(ref _handled);

    /// <summary>Whether everything that was put has been handed on.</summary>
    public bool IsIdle => Handled == stream.RecordsPut;

    public async Task RunAsync(CancellationToken cancellation)
    {
        var reading = new List<Task>();
        while (!cancellation.IsCancellationRequested && !stream.IsDeleted)
        {
            var resharded = stream.NextReshard();
            foreach (var shard in stream.Shards.Where(s => _started.Add(s.Id)))
            {
                reading.Add(ReadAsync(new(shard, ShardPosition.TrimHorizon), cancellation));
            }

            await Task.WhenAny([resharded.WaitAsync(cancellation), .. reading.Where(r => r.IsFaulted)]).Unwrap();
        }

        await Task.WhenAll(reading);
    }

    private async Task ReadAsync(ShardReader reader, CancellationToken cancellation)
    {
        var records = new KinesisRecord[RecordsAtOnce];
        while (!reader.IsAtEnd)
        {
            await reader.WaitAsync(cancellation);
            var count = reader.Read(records);
            for (var i = 0; i < count; i++)
            {
                await handle(records[i]);
                Interlocked.Increment(ref _handled);
            }
        }
    }
}
