using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using KinesisPatterns.Lambdas.Streams;
using KinesisPatterns.Local.Kinesis;

namespace KinesisPatterns.Local.StatefulFunctions;

/// <summary>A record as its producer put it: one of several in an aggregate of the Kinesis Producer Library, or the record of the stream itself.</summary>
internal readonly record struct UserRecord(string PartitionKey, byte[] Data);

/// <summary>Takes aggregates apart as the ingress does, whose consumer is Flink's, which leaves it to the Kinesis Client Library 1.x.</summary>
/// <remarks>https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md</remarks>
internal static class UserRecords
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private static ReadOnlySpan<byte> Magic => [0xF3, 0x89, 0x9A, 0xC2];

    /// <summary>
    /// The records in a record. What is no sound aggregate is one itself. None when the aggregate holds a record whose key belongs to another shard, as
    /// after a resharding: the library drops such an aggregate as a whole, and so does this.
    /// </summary>
    public static IReadOnlyList<UserRecord> Of(in KinesisRecord record) =>
        TryUnpack(record.Data, record.Shard.HashRange, out var users) ? users : [new(record.PartitionKey, record.Data.ToArray())];

    private static bool TryUnpack(ReadOnlyMemory<byte> data, HashRange range, out List<UserRecord> users)
    {
        users = [];
        if (data.Length <= Magic.Length + MD5.HashSizeInBytes || !data.Span.StartsWith(Magic))
        {
            return false;
        }

        var message = data[Magic.Length..^MD5.HashSizeInBytes];
        return MD5.HashData(message.Span).AsSpan().SequenceEqual(data.Span[^MD5.HashSizeInBytes..])
            && TrySort(message, out var keys, out var hashKeys, out var packed)
            && TryPick(keys, hashKeys, packed, range, users);
    }

    private static bool TrySort(
        ReadOnlyMemory<byte> message, out List<ReadOnlyMemory<byte>> keys, out List<ReadOnlyMemory<byte>> hashKeys, out List<ReadOnlyMemory<byte>> packed)
    {
        (keys, hashKeys, packed) = ([], [], []);
        var reader = new ProtobufReader(message);
        while (reader.Next(out var field, out var bytes, out _))
        {
            if (bytes is { } found)
            {
                (field switch { 1 => keys, 2 => hashKeys, 3 => packed, _ => null })?.Add(found);
            }
        }

        return !reader.Broken;
    }

    private static bool TryPick(
        List<ReadOnlyMemory<byte>> keys, List<ReadOnlyMemory<byte>> hashKeys, List<ReadOnlyMemory<byte>> packed, HashRange range, List<UserRecord> users)
    {
        var isOurs = true;
        foreach (var record in packed)
        {
            if (!TryRead(record, out var key, out var hashKey, out var data) || key >= (ulong)keys.Count || hashKey >= (ulong)hashKeys.Count)
            {
                return false;
            }

            if (!TryHash(keys[(int)key].Span, hashKey is { } at ? hashKeys[(int)at].Span : default, out var text, out var hash))
            {
                return false;
            }

            isOurs &= range.Contains(hash);
            users.Add(new(text, data.ToArray()));
        }

        if (!isOurs)
        {
            users.Clear();
        }

        return true;
    }

    private static bool TryRead(ReadOnlyMemory<byte> packed, out ulong key, out ulong? hashKey, out ReadOnlyMemory<byte> data)
    {
        (ulong? index, hashKey, ReadOnlyMemory<byte>? bytes) = (null, null, null);
        var reader = new ProtobufReader(packed);
        while (reader.Next(out var field, out var found, out var number))
        {
            index = field == 1 ? number : index;
            hashKey = field == 2 ? number : hashKey;
            bytes = field == 3 ? found : bytes;
        }

        (key, data) = (index ?? 0, bytes ?? default);
        return !reader.Broken && index is not null && bytes is not null;
    }

    private static bool TryHash(ReadOnlySpan<byte> key, ReadOnlySpan<byte> hashKey, out string text, out UInt128 hash)
    {
        (text, hash) = ("", KeyHash.Of(key));
        try
        {
            text = Utf8.GetString(key);
        }
        catch (DecoderFallbackException)
        {
            return false;
        }

        return hashKey.IsEmpty || UInt128.TryParse(hashKey, NumberStyles.None, CultureInfo.InvariantCulture, out hash);
    }
}
