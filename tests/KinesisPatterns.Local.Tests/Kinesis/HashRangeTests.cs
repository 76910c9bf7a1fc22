using System.Globalization;
using KinesisPatterns.Local.Kinesis;

namespace KinesisPatterns.Local.Tests.Kinesis;

[Rule("https://docs.aws.amazon.com/streams/latest/dev/key-concepts.html#partition-key")]
public sealed class HashRangeTests
{
    [Theory]
    [InlineData(2, "170141183460469231731687303715884105728")]
    [InlineData(3, "113427455640312821154458202477256070485")]
    public void Cuts_where_Kinesis_cuts(int shards, string startOfSecond) =>
        Assert.Equal(startOfSecond, HashRange.Uniform(shards)[1].Start.ToString(CultureInfo.InvariantCulture));

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(1000)]
    public void Leaves_no_gap_and_no_overlap(int shards)
    {
        var ranges = HashRange.Uniform(shards);

        Assert.Equal(UInt128.MinValue, ranges[0].Start);
        Assert.Equal(UInt128.MaxValue, ranges[^1].End);
        Assert.All(ranges.Zip(ranges.Skip(1)), pair => Assert.Equal(pair.First.End + 1, pair.Second.Start));
    }
}
