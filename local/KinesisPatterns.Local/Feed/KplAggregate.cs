using System.Security.Cryptography;
using System.Text;

namespace KinesisPatterns.Local.Feed;

/// <summary>Packs user records as the Kinesis Producer Library does.</summary>
/// <remarks>https://github.com/awslabs/amazon-kinesis-producer/blob/master/aggregation-format.md</remarks>
internal static class KplAggregate
{
    private static readonly byte[] Magic = [0xF3, 0x89, 0x9A, 0xC2];

    public static byte[] Of(string partitionKey, IEnumerable<ReadOnlyMemory<byte>> records)
    {
        using var message = new MemoryStream();
        Bytes(message, 1, Encoding.UTF8.GetBytes(partitionKey));
        foreach (var record in records)
        {
            using var inner = new MemoryStream();
            inner.WriteByte(0x08);
            Varint(inner, 0);
            Bytes(inner, 3, record.Span);
            Bytes(message, 3, inner.ToArray());
        }

        var body = message.ToArray();
        return [.. Magic, .. body, .. MD5.HashData(body)];
    }

    private static void Bytes(Stream target, int field, ReadOnlySpan<byte> value)
    {
        target.WriteByte((byte)((field << 3) | 2));
        Varint(target, value.Length);
        target.Write(value);
    }

    private static void Varint(Stream target, int value)
    {
        for (; value > 0x7f; value >>= 7)
        {
            target.WriteByte((byte)(value | 0x80));
        }

        target.WriteByte((byte)value);
    }
}
