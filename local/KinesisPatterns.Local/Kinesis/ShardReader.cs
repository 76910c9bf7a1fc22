namespace KinesisPatterns.Local.Kinesis;

/// <summary>
/// A cursor in a shard for one reader at a time; it copies no payload and costs nothing while it waits.
/// </summary>
internal sealed class ShardReader(Shard shard, ShardPosition position)
{
    private Segment? _segment;
    private long _counter = position.CounterIn(shard);
    private long _lastArrival;

    /// <summary>The shard being read.</summary>
    public Shard Shard { get; } = shard;

    /// <summary>The counter of the next record.</summary>
    public long Counter => _counter;

    /// <summary>How many records left the stream before they were read.</summary>
    public long Expired { get; private set; }

    /// <summary>Whether a record is there now.</summary>
    public bool HasMore => _counter < Shard.NextCounter;

    /// <summary>Whether the shard is closed and read to its end: go on with <see cref="Shard.Children"/>.</summary>
    public bool IsAtEnd => Shard.IsClosed && !HasMore;

    /// <summary>How old the last record read is while newer ones wait, in milliseconds; 0 when caught up.</summary>
    public long MillisBehindLatest => HasMore ? Math.Max(0, Shard.Stream.Now - _lastArrival) : 0;

    /// <summary>Reads what is there; returns how many records were read.</summary>
    /// <param name="into">Takes the records, so its length is the most to read.</param>
    /// <param name="maxBytes">Stops before the record that exceeds it, though not before the first one.</param>
    public int Read(Span<KinesisRecord> into, long maxBytes = long.MaxValue)
    {
        var (count, bytes, horizon) = (0, 0L, Shard.Stream.Horizon);
        _segment ??= Shard.Locate(_counter);
        while (count < into.Length)
        {
            // The order matters: a run that has a successor gets no more records.
            var next = _segment.Next;
            var available = _segment.Count;
            var entries = _segment.Entries;
            var index = Skip(Math.Max(_counter, _segment.First)) - _segment.First;
            if (entries is null || index >= available)
            {
                if (next is null)
                {
                    break;
                }

                _segment = next;
                continue;
            }

            ref readonly var entry = ref entries[index];
            if (entry.Arrival < horizon)
            {
                Skip(_counter + 1);
                continue;
            }

            var record = new KinesisRecord(Shard, _counter, entry);
            bytes += record.Size;
            if (count > 0 && bytes > maxBytes)
            {
                break;
            }

            into[count++] = record;
            _counter++;
            _lastArrival = entry.Arrival;
        }

        return count;
    }

    /// <summary>Waits until a record is there or the shard is closed.</summary>
    public async ValueTask WaitAsync(CancellationToken cancellationToken)
    {
        while (!HasMore && !Shard.IsClosed)
        {
            var arrival = Shard.NextArrival();
            if (HasMore || Shard.IsClosed)
            {
                return;
            }

            await arrival.WaitAsync(cancellationToken);
        }
    }

    private long Skip(long to)
    {
        Expired += to - _counter;
        return _counter = to;
    }
}
