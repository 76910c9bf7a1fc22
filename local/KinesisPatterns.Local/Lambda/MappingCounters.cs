namespace KinesisPatterns.Local.Lambda;

/// <summary>What a mapping has done so far.</summary>
internal sealed class MappingCounters
{
    private long _polled;
    private long _inFlight;
    private long _invoked;
    private long _failed;
    private long _throttled;
    private long _retried;
    private long _expired;
    private readonly long[] _ended = new long[4];

    /// <summary>Records read from the stream.</summary>
    public long Polled => Interlocked.Read(ref _polled);

    /// <summary>Records read that have not come to their end.</summary>
    public long InFlight => Interlocked.Read(ref _inFlight);

    /// <summary>Invocations that reached the function.</summary>
    public long Invoked => Interlocked.Read(ref _invoked);

    /// <summary>Invocations that the function failed, wholly or in part.</summary>
    public long FailedInvocations => Interlocked.Read(ref _failed);

    /// <summary>Attempts that did not reach the function; they count as no retry.</summary>
    public long Throttled => Interlocked.Read(ref _throttled);

    /// <summary>Invocations that repeated a failed one.</summary>
    public long Retried => Interlocked.Read(ref _retried);

    /// <summary>Records that left the stream before they were read.</summary>
    public long ExpiredUnread => Interlocked.Read(ref _expired);

    /// <summary>Records that came to an end.</summary>
    public long Ended(RecordEnd end) => Interlocked.Read(ref _ended[(int)end]);

    internal void Poll(int records)
    {
        Interlocked.Add(ref _inFlight, records);
        Interlocked.Add(ref _polled, records);
    }

    /// <summary>Counts an end; true when nothing is in flight any more.</summary>
    internal bool End(RecordEnd end)
    {
        Interlocked.Increment(ref _ended[(int)end]);
        return Interlocked.Decrement(ref _inFlight) == 0;
    }

    internal void Invoke(bool isRetry)
    {
        Interlocked.Increment(ref _invoked);
        Interlocked.Add(ref _retried, isRetry ? 1 : 0);
    }

    internal void Fail() => Interlocked.Increment(ref _failed);

    internal void Throttle() => Interlocked.Increment(ref _throttled);

    internal void Expire(long records) => Interlocked.Add(ref _expired, records);
}
