using System.Buffers.Binary;

namespace KinesisPatterns.Lambdas.Cleansing;

/// <summary>What makes two readings the same; its hash, which is asked for again and again, is computed once.</summary>
internal readonly struct ReadingKey(string device, string metric, long time) : IEquatable<ReadingKey>
{
    private readonly string _device = device;
    private readonly string _metric = metric;
    private readonly long _time = time;
    private readonly int _hash = HashCode.Combine(device, metric, time);

    public bool Equals(ReadingKey other) => _time == other._time
        && string.Equals(_device, other._device, StringComparison.Ordinal)
        && string.Equals(_metric, other._metric, StringComparison.Ordinal);

    public override bool Equals(object? obj) => obj is ReadingKey other && Equals(other);

    public override int GetHashCode() => _hash;
}

/// <summary>Which record a reading came in: the same one again is a redelivery, another one a duplicate.</summary>
internal readonly record struct RecordId(UInt128 Record, int SubSequenceNumber)
{
    /// <summary>
    /// From the event's identifier, which names the shard and the sequence number: 128 bits, so that no two of the records
    /// that are remembered at a time meet by chance.
    /// </summary>
    public static RecordId Of(ReadOnlySpan<byte> eventId, int subSequenceNumber = 0)
    {
        var (low, high) = (0x9E3779B97F4A7C15UL ^ (ulong)eventId.Length, 0xC2B2AE3D27D4EB4FUL);
        Span<byte> rest = stackalloc byte[sizeof(ulong)];
        while (!eventId.IsEmpty)
        {
            var length = Math.Min(eventId.Length, sizeof(ulong));
            rest.Clear();
            eventId[..length].CopyTo(rest);
            var word = BinaryPrimitives.ReadUInt64LittleEndian(rest);
            low = Mix(low ^ word, 0xD6E8FEB86659FD93);
            high = Mix(high + word, 0xA0761D6478BD642F);
            eventId = eventId[length..];
        }

        return new(new(high, low), subSequenceNumber);
    }

    private static ulong Mix(ulong value, ulong factor)
    {
        var high = Math.BigMul(value, factor, out var low);
        return high ^ low;
    }
}

/// <summary>The readings that were accepted and written lately.</summary>
/// <param name="window">How long one is remembered after it came last, in milliseconds of arrival time; 0 remembers none.</param>
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
        Enqueue(key, arrival);
    }

    /// <summary>Remembers a reading for another window, because it came again.</summary>
    public void Extend(in ReadingKey key, long arrival)
    {
        if (_seen.TryGetValue(key, out var before) && before.Arrival < arrival)
        {
            _seen[key] = (before.Record, arrival);
            Enqueue(key, arrival);
        }
    }

    private void Enqueue(in ReadingKey key, long arrival)
    {
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
