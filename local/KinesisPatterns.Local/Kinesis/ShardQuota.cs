namespace KinesisPatterns.Local.Kinesis;

/// <summary>What one shard takes in and hands out a second; used under the lock of the shard.</summary>
/// <remarks>https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html</remarks>
internal sealed class ShardQuota
{
    private const int MiB = 1 << 20;
    private const int LargestRead = 10 * MiB;

    private TokenBucket _records = new(1000);
    private TokenBucket _bytesIn = new(MiB);
    private TokenBucket _reads = new(5);
    private TokenBucket _bytesOut = new(2 * MiB);
    private long _blockedUntil;

    /// <summary>Takes the room for a record; false when the shard is busy.</summary>
    public bool TryWrite(int bytes, long now)
    {
        if (!_records.Has(1, now) || !_bytesIn.Has(bytes, now))
        {
            return false;
        }

        _records.Take(1);
        _bytesIn.Take(bytes);
        return true;
    }

    /// <summary>Takes one of the five reads a second; false when the shard is busy.</summary>
    public bool TryRead(long now)
    {
        // What a read returns is known only afterwards, so it leaves a debt that the next one has to wait for.
        if (now < _blockedUntil || !_bytesOut.Has(1, now) || !_reads.Has(1, now))
        {
            return false;
        }

        _reads.Take(1);
        return true;
    }

    /// <summary>Accounts for what a read returned: 10 MiB block the shard for five seconds.</summary>
    public void AfterRead(long bytes, long now)
    {
        _bytesOut.Take(bytes);
        if (bytes >= LargestRead)
        {
            _blockedUntil = now + 5000;
        }
    }
}
