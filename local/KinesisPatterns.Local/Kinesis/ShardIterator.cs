using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace KinesisPatterns.Local.Kinesis;

/// <summary>
/// The place in a shard that GetRecords goes on from; it holds everything, so the service keeps none.
/// </summary>
internal readonly record struct ShardIterator(
    string Stream, long StreamCreated, int ShardIndex, long Counter, long Issued)
{
    /// <summary>How long an iterator works, in milliseconds.</summary>
    /// <remarks>https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetShardIterator.html</remarks>
    public const long Lifetime = 300_000;

    private const int Fixed = 28;
    private const int Checksum = 8;

    // Only this process reads its own iterators; one that was made up or cut off is told apart.
    private static readonly byte[] _secret = RandomNumberGenerator.GetBytes(32);

    public static ShardIterator Of(Shard shard, long counter, long now) => new(
        shard.Stream.Name, shard.Stream.CreatedAt.ToUnixTimeMilliseconds(), shard.Index, counter, now);

    public static ShardIterator Parse(string text, long now)
    {
        // Real Kinesis takes the iterator with quotes around it, too.
        var inner = text.Trim('"');
        Span<byte> bytes = stackalloc byte[512];
        if (!Convert.TryFromBase64String(inner, bytes, out var length)
            || length < Fixed + Checksum
            || !Sign(bytes[..(length - Checksum)]).SequenceEqual(bytes[(length - Checksum)..length]))
        {
            throw KinesisException.InvalidArgument("Invalid ShardIterator.");
        }

        var iterator = new ShardIterator(
            Encoding.UTF8.GetString(bytes[Fixed..(length - Checksum)]),
            BinaryPrimitives.ReadInt64BigEndian(bytes),
            BinaryPrimitives.ReadInt32BigEndian(bytes[8..]),
            BinaryPrimitives.ReadInt64BigEndian(bytes[12..]),
            BinaryPrimitives.ReadInt64BigEndian(bytes[20..]));
        return now - iterator.Issued <= Lifetime ? iterator : throw Expired(iterator.Issued, now);
    }

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[512];
        BinaryPrimitives.WriteInt64BigEndian(bytes, StreamCreated);
        BinaryPrimitives.WriteInt32BigEndian(bytes[8..], ShardIndex);
        BinaryPrimitives.WriteInt64BigEndian(bytes[12..], Counter);
        BinaryPrimitives.WriteInt64BigEndian(bytes[20..], Issued);
        var length = Fixed + Encoding.UTF8.GetBytes(Stream, bytes[Fixed..]);
        Sign(bytes[..length]).CopyTo(bytes[length..]);
        return Convert.ToBase64String(bytes[..(length + Checksum)]);
    }

    private static ReadOnlySpan<byte> Sign(ReadOnlySpan<byte> bytes) =>
        HMACSHA256.HashData(_secret, bytes).AsSpan(0, Checksum);

    private static KinesisException Expired(long issued, long now) => new("ExpiredIteratorException", string.Create(
        CultureInfo.InvariantCulture,
        $"Iterator expired. The iterator was created at time {Text(issued)} while right now it is {Text(now)} ")
        + $"which is further in the future than the tolerated delay of {Lifetime} milliseconds.");

    private static string Text(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
        .ToString("ddd MMM dd HH:mm:ss 'UTC' yyyy", CultureInfo.InvariantCulture);
}
