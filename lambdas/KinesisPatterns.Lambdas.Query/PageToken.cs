using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using KinesisPatterns.Lambdas.Series;

namespace KinesisPatterns.Lambdas.Query;

/// <summary>
/// Where the next page begins, as the opaque <c>next</c>. It is good for the same question only: it carries a digest of
/// the series and the kind of answer beside the span, which it repeats because "now" has moved on meanwhile.
/// </summary>
internal readonly record struct PageToken(long From, long To, long At)
{
    private const int DigestLength = 8;
    private const int Length = 1 + (3 * sizeof(long)) + DigestLength;
    private const byte Version = 1;

    public string Encode(string question, SeriesKey series)
    {
        var bytes = new byte[Length];
        bytes[0] = Version;
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(1), From);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(9), To);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(17), At);
        Digest(question, series, bytes.AsSpan(0, 25)).CopyTo(bytes, 25);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Reads the token; a bad request when it was not made for this question.</summary>
    public static PageToken Decode(string text, string question, SeriesKey series)
    {
        var bytes = new byte[Length];
        if (text.Length != Base64Url.GetEncodedLength(Length) || !Base64Url.IsValid(text)
            || Base64Url.DecodeFromChars(text, bytes) != Length || bytes[0] != Version
            || !bytes.AsSpan(25).SequenceEqual(Digest(question, series, bytes.AsSpan(0, 25))))
        {
            throw new BadRequestException("next", "the next of a page of the same question", text);
        }

        return new(
            BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(1)),
            BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(9)),
            BinaryPrimitives.ReadInt64BigEndian(bytes.AsSpan(17)));
    }

    private static byte[] Digest(string question, SeriesKey series, ReadOnlySpan<byte> numbers) =>
        SHA256.HashData([.. Encoding.UTF8.GetBytes($"{question}\n{series.Device}\n{series.Metric}\n"), .. numbers])[..DigestLength];
}
