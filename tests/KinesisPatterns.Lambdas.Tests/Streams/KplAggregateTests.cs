using System.Security.Cryptography;
using System.Text;
using KinesisPatterns.Lambdas.Streams;

namespace KinesisPatterns.Lambdas.Tests.Streams;

public sealed class KplAggregateTests
{
    [Fact]
    public void Unpacks_user_records_with_their_keys()
    {
        var users = Unpack(Aggregate(Keys("a", "b"), Record(1, "one"), Record(0, "two"), Record(1, "")));

        Assert.Equal([("b", "one", 0), ("a", "two", 1), ("b", "", 2)], users);
    }

    [Fact]
    public void Skips_fields_it_does_not_know()
    {
        byte[] hashKeys = [.. Field(2, "1"u8.ToArray())];
        byte[] record = [.. Field(3, [0x08, 0, 0x10, 0, .. Field(3, "x"u8.ToArray()), .. Field(4, [0x0A, 1, 0x61])])];

        Assert.Equal([("k", "x", 0)], Unpack(Aggregate(Keys("k"), hashKeys, record)));
    }

    [Fact]
    public void A_plain_record_is_its_own_user_record() =>
        Assert.Equal([("machine-1", "plain", 0)], Unpack("plain"u8.ToArray()));

    [Fact]
    public void A_broken_digest_makes_it_plain()
    {
        var data = Aggregate(Keys("a"), Record(0, "one"));
        data[^1] ^= 1;

        Assert.Equal(data, Plain(data));
    }

    public static TheoryData<string, byte[]> Hostile => new()
    {
        { "a length beyond the message", [0x1A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07] },
        { "a length of 64 bits", [0x1A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01] },
        { "a varint that never ends", [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80] },
        { "field number 0", [0x02, 0x00] },
        { "a group", [0x0B] },
        { "a key index that is not there", [.. Keys("a"), .. Record(7, "x")] },
        { "a record without a key", [.. Keys("a"), .. Field(3, Field(3, [1]))] },
        { "a record without data", [.. Keys("a"), .. Field(3, [0x08, 0])] },
        { "an empty key", [.. Keys(""), .. Record(0, "x")] },
        { "a key that is too long", [.. Keys(new string('k', 257)), .. Record(0, "x")] },
        { "a key that is no text", [.. Field(1, [0xC3, 0x28]), .. Record(0, "x")] },
        { "a number in place of a record", [.. Keys("a"), 0x18, 1] },
        { "no records at all", [.. Keys("a")] },
        { "nothing", [] },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public void Anything_unsound_makes_it_plain(string what, byte[] message)
    {
        var data = Aggregate(message);

        Assert.True(data.AsSpan().SequenceEqual(Plain(data)), what);
    }

    [Fact]
    public void A_magic_without_anything_behind_is_plain()
    {
        byte[] data = [0xF3, 0x89, 0x9A, 0xC2];

        Assert.Equal(data, Plain(data));
    }

    internal static byte[] Aggregate(params byte[][] fields)
    {
        byte[] message = [.. fields.SelectMany(field => field)];
#pragma warning disable CA5351 // The format's own checksum.
        return [0xF3, 0x89, 0x9A, 0xC2, .. message, .. MD5.HashData(message)];
#pragma warning restore CA5351
    }

    internal static byte[] Keys(params string[] keys) => [.. keys.SelectMany(key => Field(1, Encoding.UTF8.GetBytes(key)))];

    internal static byte[] Record(byte key, string data) => Field(3, [0x08, key, .. Field(3, Encoding.UTF8.GetBytes(data))]);

    private static byte[] Field(int number, byte[] bytes) => [(byte)((number << 3) | 2), .. Varint(bytes.Length), .. bytes];

    private static IEnumerable<byte> Varint(int value)
    {
        for (; value >= 0x80; value >>= 7)
        {
            yield return (byte)(value | 0x80);
        }

        yield return (byte)value;
    }

    private static List<(string, string, int)> Unpack(byte[] data)
    {
        using var batch = Events.Batch(data);
        var users = new List<UserRecord>();
        KplAggregate.Unpack(batch.Records[0], users);
        return [.. users.Select(user => (
            Encoding.UTF8.GetString(user.PartitionKey.Span), Encoding.UTF8.GetString(user.Data.Span), user.SubSequenceNumber))];
    }

    private static byte[] Plain(byte[] data)
    {
        using var batch = Events.Batch(data);
        var users = new List<UserRecord>();
        KplAggregate.Unpack(batch.Records[0], users);
        return Assert.Single(users).Data.ToArray();
    }
}
