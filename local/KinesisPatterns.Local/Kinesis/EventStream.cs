using System.Buffers.Binary;
using System.Text;

namespace KinesisPatterns.Local.Kinesis;

/// <summary>Frames of <c>application/vnd.amazon.eventstream</c>.</summary>
/// <remarks>https://smithy.io/2.0/aws/amazon-eventstream.html</remarks>
internal static class EventStream
{
    private const byte StringHeader = 7;

    public static void Write(
        PooledBuffer into, ReadOnlySpan<byte> payload, params ReadOnlySpan<(string Name, string Value)> headers)
    {
        var headerBytes = 0;
        foreach (var (name, value) in headers)
        {
            headerBytes += 4 + Encoding.UTF8.GetByteCount(name) + Encoding.UTF8.GetByteCount(value);
        }

        var total = 16 + headerBytes + payload.Length;
        var frame = into.GetSpan(total)[..total];
        BinaryPrimitives.WriteInt32BigEndian(frame, total);
        BinaryPrimitives.WriteInt32BigEndian(frame[4..], headerBytes);
        BinaryPrimitives.WriteUInt32BigEndian(frame[8..], Crc32.Of(frame[..8]));
        var rest = frame[12..];
        foreach (var (name, value) in headers)
        {
            rest[0] = (byte)Encoding.UTF8.GetBytes(name, rest[1..]);
            rest = rest[(1 + rest[0])..];
            rest[0] = StringHeader;
            var length = Encoding.UTF8.GetBytes(value, rest[3..]);
            BinaryPrimitives.WriteUInt16BigEndian(rest[1..], (ushort)length);
            rest = rest[(3 + length)..];
        }

        payload.CopyTo(rest);
        BinaryPrimitives.WriteUInt32BigEndian(frame[^4..], Crc32.Of(frame[..^4]));
        into.Advance(total);
    }
}
