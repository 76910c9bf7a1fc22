using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using KinesisPatterns.Local.Kinesis;

namespace KinesisPatterns.Local.Tests.Kinesis;

[Rule("https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecord.html")]
// MD5 of the partition key.
public sealed class KeyHashTests
{
    [Fact]
    public void Is_the_number_that_RFC_1321_names() => Assert.Equal(
        UInt128.Parse("900150983cd24fb0d6963f7d28e17f72", NumberStyles.HexNumber, CultureInfo.InvariantCulture),
        KeyHash.Of("abc"u8));

    [Fact]
    public void Is_the_MD5_of_keys_of_every_length()
    {
        var key = new byte[768];
        new Random(1).NextBytes(key);
        for (var length = 0; length <= key.Length; length++)
        {
            var digest = MD5.HashData(key.AsSpan(0, length));

            Assert.Equal(BinaryPrimitives.ReadUInt128BigEndian(digest), KeyHash.Of(key.AsSpan(0, length)));
        }
    }
}
