namespace KinesisPatterns.Local.Kinesis;

/// <summary>What a consumer with enhanced fan-out is pushed from one shard: 2 MB a second of its own.</summary>
/// <remarks>https://docs.aws.amazon.com/streams/latest/dev/enhanced-consumers.html</remarks>
internal sealed class ConsumerThroughput : IReadThroughput
{
    private const int BytesPerSecond = 2 << 20;

    private readonly Lock _lock = new();
    private TokenBucket _bytes = new(BytesPerSecond);

    public bool TryRead(long now)
    {
        lock (_lock)
        {
            return _bytes.Has(1, now);
        }
    }

    public void AfterRead(long bytes, long now)
    {
        lock (_lock)
        {
            _bytes.Take(bytes);
        }
    }
}

/// <summary>A budget of reading that tells afterwards what it was used for.</summary>
internal interface IReadThroughput
{
    /// <summary>Whether a read may begin now.</summary>
    bool TryRead(long now);

    /// <summary>Accounts for what a read returned.</summary>
    void AfterRead(long bytes, long now);
}

/// <summary>Reads within a budget.</summary>
internal static class ReadThroughput
{
    private static readonly TimeSpan _pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Waits until a read may begin.</summary>
    public static async ValueTask WaitAsync(this IReadThroughput throughput, KinesisStream stream, TimeProvider time, CancellationToken cancellationToken)
    {
        while (!throughput.TryRead(stream.Now))
        {
            await Task.Delay(_pause, time, cancellationToken);
        }
    }

    /// <summary>Accounts for records that were read.</summary>
    public static void AfterRead(this IReadThroughput throughput, ReadOnlySpan<KinesisRecord> records, KinesisStream stream)
    {
        var bytes = 0L;
        foreach (var record in records)
        {
            bytes += record.Size;
        }

        throughput.AfterRead(bytes, stream.Now);
    }
}
