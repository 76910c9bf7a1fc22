using System.Globalization;
using System.Numerics;

namespace KinesisPatterns.Local.Kinesis;

/// <summary>A record's sequence number: 56 decimal digits on the wire, growing within a shard.</summary>
/// <remarks>
/// AWS does not document the layout. This one follows what its samples decode to: version, second of the shard's
/// creation, counter, second of the record, shard.
/// </remarks>
internal readonly record struct SequenceNumber(long CreatedSecond, int ShardIndex, long Counter, long Second)
{
    /// <summary>Digits of a sequence number on the wire.</summary>
    public const int Digits = 56;

    private const ulong Chunk = 10_000_000_000_000_000_000;

    // floor((2^128 - 1) / Chunk) - 2^64: divides by multiplication (Möller and Granlund, 2011).
    private static readonly ulong _reciprocal = (ulong)((UInt128.MaxValue / Chunk) - (UInt128.One << 64));

    private UInt128 Low =>
        2 | ((UInt128)(uint)ShardIndex << 4) | ((UInt128)(ulong)Second << 36) | ((UInt128)(ulong)Counter << 80);

    private ulong High =>
        ((ulong)Counter >> 48) | ((ulong)(ShardIndex & 0xF) << 16) | ((ulong)CreatedSecond << 20) | (2UL << 56);

    /// <summary>Reads a sequence number that this service issued.</summary>
    public static bool TryParse(string? text, out SequenceNumber number)
    {
        number = default;
        if (text is not { Length: Digits }
            || !BigInteger.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            || value.GetBitLength() != 186)
        {
            return false;
        }

        var low = (UInt128)(value & UInt128.MaxValue);
        var high = (ulong)(value >> 128);
        number = new(
            (long)((high >> 20) & 0xF_FFFF_FFFF),
            (int)((uint)(low >> 4)),
            (long)(((high & 0xFFFF) << 48) | (ulong)(low >> 80)),
            (long)((ulong)(low >> 36) & 0xF_FFFF_FFFF));
        return number.Low == low && number.High == high;
    }

    /// <summary>Writes the 56 digits as UTF-8.</summary>
    public void Format(Span<byte> into)
    {
        var low = Low;
        var (high, middle, bottom) = (High, (ulong)(low >> 64), (ulong)low);
        var tail = Divide(ref high, ref middle, ref bottom);
        var body = Divide(ref high, ref middle, ref bottom);
        bottom.TryFormat(into, out _, "D18", CultureInfo.InvariantCulture);
        body.TryFormat(into[18..], out _, "D19", CultureInfo.InvariantCulture);
        tail.TryFormat(into[37..], out _, "D19", CultureInfo.InvariantCulture);
    }

    /// <inheritdoc/>
    public override string ToString() => string.Create(Digits, this, static (text, number) =>
    {
        Span<byte> digits = stackalloc byte[Digits];
        number.Format(digits);
        System.Text.Encoding.ASCII.GetChars(digits, text);
    });

    private static ulong Divide(ref ulong high, ref ulong middle, ref ulong bottom)
    {
        var (rest, quotient) = (high, 0UL);
        if (rest >= Chunk)
        {
            (quotient, rest) = (1, rest - Chunk);
        }

        high = quotient;
        middle = Step(ref rest, middle);
        bottom = Step(ref rest, bottom);
        return rest;
    }

    private static ulong Step(ref ulong rest, ulong digit)
    {
        var product = ((UInt128)_reciprocal * rest) + new UInt128(rest, digit);
        var quotient = (ulong)(product >> 64) + 1;
        var remainder = unchecked(digit - (quotient * Chunk));
        if (remainder > (ulong)product)
        {
            quotient--;
            remainder = unchecked(remainder + Chunk);
        }

        if (remainder >= Chunk)
        {
            quotient++;
            remainder -= Chunk;
        }

        rest = remainder;
        return quotient;
    }
}
