using System.Text;

namespace KinesisPatterns.Local.Kinesis;

/// <summary>A record of a shard; it refers to the stored bytes and copies none.</summary>
internal readonly struct KinesisRecord
{
    private readonly byte[] _slab;
    private readonly int _offset;
    private readonly int _dataLength;
    private readonly short _keyLength;

    internal KinesisRecord(Shard shard, long counter, in Segment.Entry entry)
    {
        Shard = shard;
        Counter = counter;
        ArrivalMilliseconds = entry.Arrival;
        IsEncrypted = entry.IsEncrypted;
        (_slab, _offset, _keyLength, _dataLength) = (entry.Slab, entry.Offset, entry.KeyLength, entry.DataLength);
    }

    /// <summary>The shard that holds the record.</summary>
    public Shard Shard { get; }

    /// <summary>The record's running number within its shard, from 1.</summary>
    public long Counter { get; }

    /// <summary>When the record arrived, in milliseconds since the epoch.</summary>
    public long ArrivalMilliseconds { get; }

    /// <summary>Whether the stream was encrypted when the record arrived.</summary>
    public bool IsEncrypted { get; }

    /// <summary>The name of the shard.</summary>
    public string ShardId => Shard.Id;

    /// <summary>The record's sequence number.</summary>
    public SequenceNumber SequenceNumber => Shard.NumberOf(Counter, ArrivalMilliseconds);

    /// <summary>When the record arrived.</summary>
    public DateTimeOffset Arrival => DateTimeOffset.FromUnixTimeMilliseconds(ArrivalMilliseconds);

    /// <summary>The partition key in UTF-8.</summary>
    public ReadOnlyMemory<byte> PartitionKeyUtf8 => _slab.AsMemory(_offset, _keyLength);

    /// <summary>The partition key.</summary>
    public string PartitionKey => Encoding.UTF8.GetString(PartitionKeyUtf8.Span);

    /// <summary>The payload.</summary>
    public ReadOnlyMemory<byte> Data => _slab.AsMemory(_offset + _keyLength, _dataLength);

    /// <summary>Bytes of data and partition key together, as the quotas count them.</summary>
    public int Size => _keyLength + _dataLength;
}
