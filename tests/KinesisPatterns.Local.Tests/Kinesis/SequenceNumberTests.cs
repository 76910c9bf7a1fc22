using System.Numerics;
using KinesisPatterns.Local.Kinesis;

namespace KinesisPatterns.Local.Tests.Kinesis;

[Rule("https://docs.aws.amazon.com/streams/latest/dev/key-concepts.html")]
public sealed class SequenceNumberTests
{
    [Theory]
    [InlineData(1795375680, 0, 1, 1795375680)]
    [InlineData(1795375680, 6, 123456789, 1795999999)]
    [InlineData(68719476735, 4095, long.MaxValue, 68719476735)]
    [InlineData(0, 0, 0, 0)]
    public void Is_the_decimal_form_of_its_186_bits(long created, int shard, long counter, long second)
    {
        var number = new SequenceNumber(created, shard, counter, second);
        var expected = (new BigInteger(2) << 184) | (new BigInteger(created) << 148) | (new BigInteger(shard & 0xF) << 144)
            | (new BigInteger(counter) << 80) | (new BigInteger(second) << 36) | (new BigInteger(shard) << 4) | 2;

        Assert.Equal(expected.ToString(System.Globalization.CultureInfo.InvariantCulture), number.ToString());
        Assert.Equal(SequenceNumber.Digits, number.ToString().Length);
    }

    [Fact]
    public void Reads_back_what_it_wrote()
    {
        var random = new Random(1);
        for (var i = 0; i < 10_000; i++)
        {
            var number = new SequenceNumber(random.NextInt64(1L << 36), random.Next(10_000), random.NextInt64(), random.NextInt64(1L << 36));

            Assert.True(SequenceNumber.TryParse(number.ToString(), out var read));
            Assert.Equal(number, read);
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("49590338271490256608559692538361571095921575989136588898x")]
    [InlineData("99999999999999999999999999999999999999999999999999999999")]
    public void Does_not_read_what_is_none(string? text) => Assert.False(SequenceNumber.TryParse(text, out _));

    [Fact]
    public void Reads_a_real_one_of_the_documentation()
    {
        Assert.True(SequenceNumber.TryParse("49590338271490256608559692538361571095921575989136588898", out var number));

        Assert.Equal(2018, DateTimeOffset.FromUnixTimeSeconds(number.CreatedSecond).Year);
        Assert.Equal("49590338271490256608559692538361571095921575989136588898", number.ToString());
    }
}
