using System.Globalization;
using KinesisPatterns.Local.State;

namespace KinesisPatterns.Local.Kinesis;

/// <summary>What became of a record that was put to a shard.</summary>
internal enum PutOutcome
{
    /// <summary>The record is stored.</summary>
    Stored,

    /// <summary>The shard is above its throughput.</summary>
    Throttled,

    /// <summary>The shard was closed meanwhile: its children own the key.</summary>
    Closed,
}

/// <summary>One shard of a stream: a range of hash keys and the records in it.</summary>
internal sealed class Shard : IReadThroughput
{
    private const long EndCounter = long.MaxValue;

    private readonly Lock _lock = new();
    private readonly ShardQuota? _quota;
    private readonly List<Segment> _segments = [new Segment(1)];
    private readonly Pulse _arrival = new();
    private volatile Shard[] _children = [];
    private long _next = 1;
    private bool _closed;
    private ShardLog? _log;

    internal Shard(KinesisStream stream, int index, HashRange range, long createdSecond, params Shard[] parents)
    {
        Stream = stream;
        Index = index;
        HashRange = range;
        CreatedSecond = createdSecond;
        Parents = parents;
        Id = string.Create(CultureInfo.InvariantCulture, $"shardId-{index:D12}");
        IdUtf8 = System.Text.Encoding.ASCII.GetBytes(Id);
        _quota = stream.EnforcesQuotas ? new() : null;
    }

    /// <summary>The stream of the shard.</summary>
    public KinesisStream Stream { get; }

    /// <summary>The running number of the shard within its stream.</summary>
    public int Index { get; }

    /// <summary>The name: <c>shardId-</c> and twelve digits.</summary>
    public string Id { get; }

    /// <summary>The name in UTF-8.</summary>
    public byte[] IdUtf8 { get; }

    /// <summary>The hash keys the shard owns, or owned.</summary>
    public HashRange HashRange { get; }

    /// <summary>The shards it came from: none, one (a split) or two (a merge).</summary>
    public IReadOnlyList<Shard> Parents { get; }

    /// <summary>The shards that took over its keys.</summary>
    public IReadOnlyList<Shard> Children => _children;

    /// <summary>When the shard was closed, in milliseconds since the epoch; null while it is open.</summary>
    public long? ClosedAt { get; private set; }

    /// <summary>Whether the shard takes no more records.</summary>
    public bool IsClosed => Volatile.Read(ref _closed);

    /// <summary>The counter that the next record gets.</summary>
    public long NextCounter => Volatile.Read(ref _next);

    /// <summary>A number below that of every record.</summary>
    public SequenceNumber StartingSequenceNumber => new(CreatedSecond, Index, 0, CreatedSecond);

    /// <summary>A number above that of every record; null while the shard is open.</summary>
    public SequenceNumber? EndingSequenceNumber =>
        ClosedAt is { } at ? new(CreatedSecond, Index, EndCounter, at / 1000) : null;

    internal long CreatedSecond { get; }

    internal SequenceNumber NumberOf(long counter, long arrival) => new(CreatedSecond, Index, counter, arrival / 1000);

    /// <summary>Stores a record, unless the shard is busy or closed; call <see cref="Notify"/> afterwards.</summary>
    internal PutOutcome Append(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, long now, out SequenceNumber number)
    {
        lock (_lock)
        {
            number = default;
            if (_closed)
            {
                return PutOutcome.Closed;
            }

            if (_quota?.TryWrite(key.Length + data.Length, now) is false)
            {
                return PutOutcome.Throttled;
            }

            var last = Room();
            // Never back in time, so that a timestamp divides the shard in two.
            var arrival = Math.Max(now, last.Count > 0 ? last.LastArrival : 0);
            number = NumberOf(_next, arrival);
            _log?.Append(_next, arrival, Stream.IsEncrypted, key, data);
            Stream.Observer?.Stored(this, number, key);
            last.Append(key, data, arrival, Stream.IsEncrypted);
            Volatile.Write(ref _next, _next + 1);
            return PutOutcome.Stored;
        }
    }

    /// <summary>Records that were there when the shard was restored.</summary>
    internal long Kept { get; private set; }

    /// <summary>Keeps the records to come on disk.</summary>
    internal void KeepIn(StreamStore? store) => _log = store?.Create(this);

    /// <summary>Takes the records that were kept, and keeps those to come.</summary>
    internal void Restore(StreamStore store, long? closedAt, Shard[] children)
    {
        lock (_lock)
        {
            _log = store.Open(this, (counter, arrival, isEncrypted, key, data) =>
            {
                if (Kept++ == 0)
                {
                    (_next, _segments[0]) = (counter, new(counter));
                }

                Room().Append(key, data, arrival, isEncrypted);
                _next = counter + 1;
            });
            if (Kept == 0)
            {
                (_next, _segments[0]) = (_log.Next, new(_log.Next));
            }

            (_children, ClosedAt, _closed) = (children, closedAt, closedAt is not null);
        }
    }

    /// <summary>Lets go of the file; the shard takes nothing any more.</summary>
    internal void Release()
    {
        lock (_lock)
        {
            _closed = true;
            _log?.Dispose();
            _log = null;
        }
    }

    /// <summary>Wakes whoever waits for records.</summary>
    internal void Notify() => _arrival.Fire();

    /// <summary>
    /// A task that ends at the next <see cref="Notify"/>; look for records again after asking for it.
    /// </summary>
    internal Task NextArrival() => _arrival.Next();

    /// <summary>Takes the room for one GetRecords call; false when the shard is busy.</summary>
    public bool TryRead(long now)
    {
        lock (_lock)
        {
            return _quota?.TryRead(now) is not false;
        }
    }

    /// <inheritdoc/>
    public void AfterRead(long bytes, long now)
    {
        lock (_lock)
        {
            _quota?.AfterRead(bytes, now);
        }
    }

    /// <summary>Ends the shard: what comes now belongs to its children.</summary>
    internal void Close(long now, Shard[] children)
    {
        lock (_lock)
        {
            _children = children;
            ClosedAt = now;
            Volatile.Write(ref _closed, true);
        }

        Notify();
    }

    /// <summary>The run that holds a counter, or the first that is still there.</summary>
    internal Segment Locate(long counter)
    {
        lock (_lock)
        {
            var (low, high) = (0, _segments.Count - 1);
            while (low < high)
            {
                var middle = (low + high + 1) / 2;
                (low, high) = _segments[middle].First <= counter ? (middle, high) : (low, middle - 1);
            }

            return _segments[low];
        }
    }

    /// <summary>The counter of the first record that arrived at a time or later.</summary>
    internal long CounterAt(long milliseconds)
    {
        lock (_lock)
        {
            foreach (var segment in _segments)
            {
                if (segment.Count == 0 || segment.LastArrival < milliseconds)
                {
                    continue;
                }

                var entries = segment.Entries.AsSpan(0, segment.Count);
                for (var i = 0; i < entries.Length; i++)
                {
                    if (entries[i].Arrival >= milliseconds)
                    {
                        return segment.First + i;
                    }
                }
            }

            return _next;
        }
    }

    /// <summary>Lets go of the records that arrived before a time; true when none is left.</summary>
    internal bool Trim(long horizon)
    {
        lock (_lock)
        {
            if (_segments[^1] is { Count: > 0 } last && last.LastArrival < horizon)
            {
                var empty = new Segment(_next);
                _segments.Add(empty);
                last.Link(empty);
            }

            var expired = 0;
            while (expired < _segments.Count - 1 && _segments[expired].LastArrival < horizon)
            {
                _segments[expired++].Release();
            }

            _segments.RemoveRange(0, expired);
            _log?.Trim(horizon);
            return _segments is [{ Count: 0 }];
        }
    }

    private Segment Room()
    {
        var last = _segments[^1];
        if (last.IsFull)
        {
            var next = new Segment(_next);
            _segments.Add(next);
            last.Link(next);
            last = next;
        }

        return last;
    }
}
