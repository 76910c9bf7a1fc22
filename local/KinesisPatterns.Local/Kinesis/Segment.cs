namespace KinesisPatterns.Local.Kinesis;

/// <summary>
/// A run of consecutive records of a shard, appended by one writer at a time and read without a lock.
/// </summary>
internal sealed class Segment(long first)
{
    private const int Capacity = 2048;
    private const int SealBytes = 4 << 20;
    private const int FirstSlab = 16 << 10;
    private const int LargestSlab = 1 << 20;

    private Entry[]? _entries;
    private byte[] _slab = [];
    private int _used;
    private int _count;
    private long _bytes;
    private Segment? _next;

    /// <summary>The counter of the first record.</summary>
    public long First { get; } = first;

    /// <summary>How many records are there; read <see cref="Next"/> before it.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>The run after this one; null while this is the last.</summary>
    public Segment? Next => Volatile.Read(ref _next);

    /// <summary>Whether the next record needs a new run.</summary>
    public bool IsFull => _count == Capacity || _bytes >= SealBytes;

    /// <summary>When the last record arrived, in milliseconds since the epoch.</summary>
    public long LastArrival { get; private set; }

    /// <summary>The records, of which <see cref="Count"/> are valid; null once they left the stream.</summary>
    public Entry[]? Entries => Volatile.Read(ref _entries);

    /// <summary>Stores a record; only the shard calls this, under its lock.</summary>
    public void Append(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, long arrival, bool encrypted)
    {
        var size = key.Length + data.Length;
        var (slab, offset) = Reserve(size);
        key.CopyTo(slab.AsSpan(offset));
        data.CopyTo(slab.AsSpan(offset + key.Length));

        // A quiet stream stays small: the entries double up to their capacity.
        var entries = _entries ?? new Entry[64];
        if (_count == entries.Length)
        {
            Array.Resize(ref entries, Math.Min(Capacity, entries.Length * 4));
        }

        entries[_count] = new(arrival, slab, offset, data.Length, (short)key.Length, encrypted);
        LastArrival = arrival;
        _bytes += size;
        Volatile.Write(ref _entries, entries);
        Volatile.Write(ref _count, _count + 1);
    }

    /// <summary>Appends the run that follows.</summary>
    public void Link(Segment next) => Volatile.Write(ref _next, next);

    /// <summary>Lets go of the payloads, also for a reader that is still here.</summary>
    public void Release()
    {
        Volatile.Write(ref _entries, null);
        _slab = [];
    }

    private (byte[] Slab, int Offset) Reserve(int size)
    {
        if (size > LargestSlab / 4)
        {
            return (GC.AllocateUninitializedArray<byte>(size), 0);
        }

        if (_slab.Length - _used < size)
        {
            _slab = GC.AllocateUninitializedArray<byte>(
                Math.Clamp(Math.Max(_slab.Length * 4, size), FirstSlab, LargestSlab));
            _used = 0;
        }

        var offset = _used;
        _used += size;
        return (_slab, offset);
    }

    /// <summary>Where a record lies: its key, then its data.</summary>
    internal readonly record struct Entry(
        long Arrival, byte[] Slab, int Offset, int DataLength, short KeyLength, bool IsEncrypted);
}
