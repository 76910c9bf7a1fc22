namespace KinesisPatterns.Lambdas.Cleansing;

/// <summary>What makes two readings the same.</summary>
internal readonly record struct ReadingKey(string Device, string Metric, long Time);

/// <summary>Which record a reading came in: the same one again is a redelivery, another one a duplicate.</summary>
internal readonly record struct RecordId(UInt128 Record, int SubSequenceNumber)
{
    /// <summary>From the event's identifier, which names the shard and the sequence number.</summary>
    public static RecordId Of(ReadOnlySpan<byte> eventId, int subSequenceNumber)
    {
        // FNV-1a, 128 bits: no two of the records that are remembered at a time meet by chance.
        var hash = new UInt128(0x6C62272E07BB0142, 0x62B821756295C58D);
        var prime = new UInt128(0x0000000001000000, 0x000000000000013B);
        foreach (var value in eventId)
        {
            hash = (hash ^ value) * prime;
        }

        return new(hash, subSequenceNumber);
    }
}

/// <summary>The readings that were accepted and written lately.</summary>
/// <param name="window">How long one is remembered, in milliseconds of arrival time; 0 remembers none.</param>
/// <param name="capacity">The most readings remembered; the oldest are forgotten first.</param>
internal sealed class DuplicateMemory(long window, int capacity = 500_000)
{
    private readonly Dictionary<ReadingKey, (RecordId Record, long Arrival)> _seen = [];
    private readonly Queue<(ReadingKey Key, long Arrival)> _order = new();

    public int Count => _seen.Count;

    /// <summary>Whether another record brought the same reading within the window.</summary>
    public bool IsDuplicate(in ReadingKey key, in RecordId record, long arrival) =>
        _seen.TryGetValue(key, out var before) && before.Record != record && IsWithin(before.Arrival, arrival);

    /// <summary>Whether two records arrived close enough to each other to be compared.</summary>
    public bool IsWithin(long? before, long arrival) => window > 0 && before is { } at && Math.Abs(arrival - at) <= window;

    public void Remember(in ReadingKey key, in RecordId record, long arrival)
    {
        if (window == 0 || (_seen.TryGetValue(key, out var before) && before.Record == record))
        {
            return;
        }

        _seen[key] = (record, arrival);
        _order.Enqueue((key, arrival));
        while (_order.Count > capacity || (_order.TryPeek(out var oldest) && oldest.Arrival < arrival - window))
        {
            var (forgotten, at) = _order.Dequeue();
            if (_seen.TryGetValue(forgotten, out var entry) && entry.Arrival == at)
            {
                _seen.Remove(forgotten);
            }
        }
    }
}
