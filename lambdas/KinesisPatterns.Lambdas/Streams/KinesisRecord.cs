using System.Text;

namespace KinesisPatterns.Lambdas.Streams;

/// <summary>One record of a batch; its parts are slices of the batch's memory, valid until the batch is disposed of.</summary>
public readonly struct KinesisRecord
{
    internal KinesisRecord(
        ReadOnlyMemory<byte> eventId, ReadOnlyMemory<byte> sequenceNumber, ReadOnlyMemory<byte> partitionKey, long arrival,
        ReadOnlyMemory<byte> data)
    {
        EventId = eventId;
        SequenceNumberUtf8 = sequenceNumber;
        PartitionKeyUtf8 = partitionKey;
        Arrival = arrival;
        Data = data;
    }

    /// <summary>The record's number within its shard.</summary>
    public string SequenceNumber => Encoding.UTF8.GetString(SequenceNumberUtf8.Span);

    /// <summary>The shard, taken from the event's identifier.</summary>
    public string ShardId => Encoding.UTF8.GetString(EventId.Span[..Math.Max(0, EventId.Span.IndexOf((byte)':'))]);

    /// <summary>The partition key.</summary>
    public string PartitionKey => Encoding.UTF8.GetString(PartitionKeyUtf8.Span);

    /// <summary>When the record arrived in the stream: milliseconds since the epoch.</summary>
    public long Arrival { get; }

    /// <summary>The payload.</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>The event's identifier as UTF-8: shard, colon, sequence number.</summary>
    public ReadOnlyMemory<byte> EventId { get; }

    /// <summary>The sequence number as UTF-8.</summary>
    public ReadOnlyMemory<byte> SequenceNumberUtf8 { get; }

    /// <summary>The partition key as UTF-8.</summary>
    public ReadOnlyMemory<byte> PartitionKeyUtf8 { get; }
}
