using System.Collections.Concurrent;
using KinesisPatterns.Local.Kinesis;

namespace KinesisPatterns.Local.Hosting;

/// <summary>Reads every shard of a stream from its horizon on and hands each record on.</summary>
/// <param name="stream">The stream.</param>
/// <param name="handle">Takes a record.</param>
/// <param name="from">The counter to start a shard at; null, and a shard without one, starts at its horizon.</param>
internal sealed class StreamTail(KinesisStream stream, Func<KinesisRecord, ValueTask> handle, Func<Shard, long?>? from = null)
{
    private const int RecordsAtOnce = 500;

    private readonly HashSet<string> _started = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Shard, long> _next = new();
    private long _handled;

    /// <summary>Records handed on so far.</summary>
    public long Handled => Interlocked.Read(ref _handled);

    /// <summary>Whether everything that was put has been handed on.</summary>
    public bool IsIdle => stream.Shards.All(shard => _next.GetValueOrDefault(shard) >= shard.NextCounter);

    public async Task RunAsync(CancellationToken cancellation)
    {
        var reading = new List<Task>();
        while (!cancellation.IsCancellationRequested && !stream.IsDeleted)
        {
            var resharded = stream.NextReshard();
            foreach (var shard in stream.Shards.Where(s => _started.Add(s.Id)))
            {
                var position = from?.Invoke(shard) is { } counter ? ShardPosition.At(new SequenceNumber(0, 0, counter, 0)) : ShardPosition.TrimHorizon;
                reading.Add(ReadAsync(new(shard, position), cancellation));
            }

            await Task.WhenAny([resharded.WaitAsync(cancellation), .. reading.Where(r => !r.IsCompletedSuccessfully)]).Unwrap();
        }

        await Task.WhenAll(reading);
    }

    private async Task ReadAsync(ShardReader reader, CancellationToken cancellation)
    {
        var records = new KinesisRecord[RecordsAtOnce];
        _next[reader.Shard] = reader.Counter;
        while (!reader.IsAtEnd)
        {
            await reader.WaitAsync(cancellation);
            var count = reader.Read(records);
            for (var i = 0; i < count; i++)
            {
                await handle(records[i]);
                Interlocked.Increment(ref _handled);
            }

            _next[reader.Shard] = reader.Counter;
        }
    }
}
