using System.Security.Cryptography;
using System.Text.Unicode;

namespace KinesisPatterns.Lambdas.Streams;

/// <summary>
/// The Kinesis Producer Library's packing of many records into one: magic, protobuf, MD5 of the protobuf
/// (https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md).
/// </summary>
public static class KplAggregate
{
    private const int DigestLength = 16;

    // https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecordsRequestEntry.html
    private const int LongestKey = 256;

    private static ReadOnlySpan<byte> Magic => [0xF3, 0x89, 0x9A, 0xC2];

    /// <summary>
    /// Adds the user records of <paramref name="record"/> to <paramref name="into"/>: those packed into it, or, when it is
    /// no aggregate that is sound in every part, itself.
    /// </summary>
    public static void Unpack(in KinesisRecord record, List<UserRecord> into) => Unpack(record.PartitionKeyUtf8, record.Data, into);

    /// <summary>Does the same with a record that did not come in a batch.</summary>
    public static void Unpack(ReadOnlyMemory<byte> partitionKey, ReadOnlyMemory<byte> data, List<UserRecord> into)
    {
        ArgumentNullException.ThrowIfNull(into);
        var before = into.Count;
        if (!TryUnpack(data, into) || into.Count == before)
        {
            into.RemoveRange(before, into.Count - before);
            into.Add(new(partitionKey, data, 0));
        }
    }

    private static bool TryUnpack(ReadOnlyMemory<byte> data, List<UserRecord> into)
    {
        if (data.Length < Magic.Length + DigestLength || !data.Span.StartsWith(Magic))
        {
            return false;
        }

        var message = data[Magic.Length..^DigestLength];
        Span<byte> digest = stackalloc byte[DigestLength];
        MD5.HashData(message.Span, digest);
        if (!data.Span[^DigestLength..].SequenceEqual(digest))
        {
            return false;
        }

        // Every entry takes at least three bytes of the record, so these lists are bounded by its length.
        var keys = new List<ReadOnlyMemory<byte>>();
        var records = new List<(ulong Key, ReadOnlyMemory<byte> Data)>();
        var reader = new ProtobufReader(message);
        while (reader.Next(out var field, out var bytes, out _))
        {
            switch (field)
            {
                case 1 when bytes is { Length: > 0 and <= LongestKey * 4 } key && IsKey(key.Span):
                    keys.Add(key);
                    break;
                case 3 when bytes is { } packed && TryRead(packed, out var record):
                    records.Add(record);
                    break;
                case 1 or 3:
                    return false;
            }
        }

        if (reader.Broken)
        {
            return false;
        }

        var before = into.Count;
        foreach (var (key, payload) in records)
        {
            if (key >= (ulong)keys.Count)
            {
                return false;
            }

            into.Add(new(keys[(int)key], payload, into.Count - before));
        }

        return true;
    }

    private static bool IsKey(ReadOnlySpan<byte> key) =>
        Utf8.IsValid(key) && System.Text.Encoding.UTF8.GetCharCount(key) <= LongestKey;

    private static bool TryRead(ReadOnlyMemory<byte> packed, out (ulong Key, ReadOnlyMemory<byte> Data) record)
    {
        ulong? key = null;
        ReadOnlyMemory<byte>? data = null;
        var reader = new ProtobufReader(packed);
        while (reader.Next(out var field, out var bytes, out var number))
        {
            if (field == 1)
            {
                key = number;
            }
            else if (field == 3)
            {
                data = bytes;
            }
        }

        record = (key ?? 0, data ?? default);
        return !reader.Broken && key is not null && data is not null;
    }
}
