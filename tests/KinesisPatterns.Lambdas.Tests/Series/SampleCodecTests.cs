using FsCheck;
using FsCheck.Fluent;
using KinesisPatterns.Lambdas.Series;

namespace KinesisPatterns.Lambdas.Tests.Series;

public sealed class SampleCodecTests
{
    private const long Start = 1_795_375_680_000;

    [Fact]
    public void Samples_come_back_as_they_were() => Prop.ForAll(
        SamplesTests.Sample(ArbMap.Default.GeneratorFor<DoNotSize<int>>().Select(time => Start + (uint)time.Item))
            .ArrayOf().Select(Samples.Set).ToArbitrary(),
        set => SampleCodec.Decode(Start, SampleCodec.Encode(Start, set)).SequenceEqual(set))
        .QuickCheckThrowOnFailure();

    [Fact]
    public void Any_bits_of_a_value_come_back() => Prop.ForAll(
        ArbMap.Default.GeneratorFor<DoNotSize<ulong>>().Select(bits => bits.Item).ArrayOf().ToArbitrary(),
        bits =>
        {
            Sample[] set = [.. bits.Select((value, index) => new Sample(Start + index, BitConverter.UInt64BitsToDouble(value)))];
            return SampleCodec.Decode(Start, SampleCodec.Encode(Start, set))
                .Select(sample => BitConverter.DoubleToUInt64Bits(sample.Value)).SequenceEqual(bits);
        })
        .QuickCheckThrowOnFailure();

    [Fact]
    public void Regular_readings_of_a_steady_value_take_two_bytes_each()
    {
        Sample[] set = [.. Enumerable.Range(0, 1000).Select(index => new Sample(Start + (index * 1000), 21.5))];

        Assert.InRange(SampleCodec.Encode(Start, set).Length, 2000, 2020);
    }

    [Fact]
    public void The_fullest_window_fits_into_an_item()
    {
        var random = new Random(1);
        var set = Samples.Set(Enumerable.Range(0, Samples.MaximumPerWindow)
            .Select(index => new Sample(Start + (index * 5_000L) + random.Next(5_000), random.NextDouble() * double.MaxValue)));

        // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html: 400 KB with all attributes
        Assert.Equal(Samples.MaximumPerWindow, set.Length);
        Assert.InRange(SampleCodec.Encode(Start, set).Length, 1, 300_000);
    }

    [Fact]
    public void The_format_is_what_it_was()
    {
        var bytes = SampleCodec.Encode(Start, [new(Start + 123, 73.9), new(Start + 1123, 73.9), new(Start + 2123, 74)]);

        Assert.Equal("0103F60108405279999999999ADA0D800026F9999999999A", Convert.ToHexString(bytes));
    }

    [Theory]
    [InlineData("")]
    [InlineData("02")]
    [InlineData("01")]
    [InlineData("0101")]
    [InlineData("010102")]
    [InlineData("01010288")]
    [InlineData("01010209")]
    [InlineData("0100FF")]
    [InlineData("01FFFFFFFF7F")]
    [InlineData("01FFFFFFFFFFFFFFFFFFFFFF7F")]
    public void Fails_on_other_bytes(string hex) =>
        Assert.Throws<FormatException>(() => SampleCodec.Decode(Start, Convert.FromHexString(hex)));
}
