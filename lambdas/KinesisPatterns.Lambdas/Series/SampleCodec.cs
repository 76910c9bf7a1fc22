using System.Buffers.Binary;

namespace KinesisPatterns.Lambdas.Series;

/// <summary>
/// The binary form of a window's samples, as the table keeps them in <c>readings</c>. Version 1: the byte 1; the number of
/// samples; then for each of them its time and its value. Numbers are varints (seven bits a byte, least significant first,
/// the high bit says that more follow). A time is the zigzag of the change in the distance to the time before (the first is
/// counted from the window's start, the first distance from 0), so that regular readings take one byte. A value is its
/// IEEE 754 bits exclusive-or those of the value before (at first 0): one byte with the count of leading zero bytes in the
/// high half and the count of bytes that follow in the low half, then these bytes, the most significant first; what is left
/// of the eight is zero.
/// </summary>
public static class SampleCodec
{
    private const byte Version = 1;
    private const int LongestSample = 10 + 9;

    /// <summary>The samples, which must be sorted, as bytes.</summary>
    public static byte[] Encode(long start, ReadOnlySpan<Sample> samples)
    {
        var bytes = new byte[1 + 5 + (samples.Length * LongestSample)];
        bytes[0] = Version;
        var at = 1;
        Put(bytes, ref at, (ulong)samples.Length);
        var (time, distance, bits) = (start, 0L, 0UL);
        foreach (var sample in samples)
        {
            var next = sample.Time - time;
            var change = next - distance;
            Put(bytes, ref at, (ulong)((change << 1) ^ (change >> 63)));
            (time, distance) = (sample.Time, next);

            var value = BitConverter.DoubleToUInt64Bits(sample.Value);
            PutValue(bytes, ref at, value ^ bits);
            bits = value;
        }

        return bytes[..at];
    }

    /// <summary>The samples; fails on anything that <see cref="Encode"/> does not write.</summary>
    public static Sample[] Decode(long start, ReadOnlySpan<byte> bytes)
    {
        var at = 1;
        if (bytes.IsEmpty || bytes[0] != Version)
        {
            throw new FormatException("readings: expected version 1.");
        }

        var count = Take(bytes, ref at);
        if (count > Samples.MaximumPerWindow)
        {
            throw new FormatException($"readings: expected at most {Samples.MaximumPerWindow} samples, got {count}.");
        }

        var samples = new Sample[count];
        var (time, distance, bits) = (start, 0L, 0UL);
        for (var index = 0; index < samples.Length; index++)
        {
            var zigzag = Take(bytes, ref at);
            distance += (long)(zigzag >> 1) ^ -(long)(zigzag & 1);
            time += distance;
            bits ^= TakeValue(bytes, ref at);
            samples[index] = new(time, BitConverter.UInt64BitsToDouble(bits));
        }

        return at == bytes.Length ? samples : throw new FormatException("readings: expected no more bytes.");
    }

    private static void PutValue(Span<byte> bytes, ref int at, ulong change)
    {
        if (change == 0)
        {
            bytes[at++] = 0x80;
            return;
        }

        var leading = System.Numerics.BitOperations.LeadingZeroCount(change) / 8;
        var length = 8 - leading - (System.Numerics.BitOperations.TrailingZeroCount(change) / 8);
        bytes[at++] = (byte)((leading << 4) | length);
        Span<byte> all = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64BigEndian(all, change);
        all.Slice(leading, length).CopyTo(bytes[at..]);
        at += length;
    }

    private static ulong TakeValue(ReadOnlySpan<byte> bytes, ref int at)
    {
        var (leading, length) = at < bytes.Length ? (bytes[at] >> 4, bytes[at++] & 15) : (9, 0);
        if (leading + length > 8 || at + length > bytes.Length)
        {
            throw new FormatException("readings: expected a value.");
        }

        Span<byte> all = stackalloc byte[8];
        bytes.Slice(at, length).CopyTo(all[leading..]);
        at += length;
        return BinaryPrimitives.ReadUInt64BigEndian(all);
    }

    private static void Put(Span<byte> bytes, ref int at, ulong value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            bytes[at++] = (byte)(value | 0x80);
        }

        bytes[at++] = (byte)value;
    }

    private static ulong Take(ReadOnlySpan<byte> bytes, ref int at)
    {
        ulong value = 0;
        for (var shift = 0; shift < 64 && at < bytes.Length; shift += 7)
        {
            var part = bytes[at++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }

        throw new FormatException("readings: expected a number.");
    }
}
