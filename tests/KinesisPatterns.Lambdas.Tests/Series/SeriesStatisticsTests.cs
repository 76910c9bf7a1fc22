using FsCheck;
using FsCheck.Fluent;
using KinesisPatterns.Lambdas.Series;

namespace KinesisPatterns.Lambdas.Tests.Series;

public sealed class SeriesStatisticsTests
{
    [Fact]
    public void Are_those_of_the_textbook()
    {
        var statistics = SeriesStatistics.Of([.. new double[] { 2, 4, 4, 4, 5, 5, 7, 9 }.Select((value, index) => new Sample(index, value))]);

        Assert.Equal(8, statistics.Count);
        Assert.Equal(40, statistics.Sum);
        Assert.Equal(5, statistics.Mean);
        Assert.Equal(2, statistics.Deviation);
        Assert.Equal(2, statistics.Minimum);
        Assert.Equal(9, statistics.Maximum);
        Assert.Equal(2, statistics.First);
        Assert.Equal(9, statistics.Last);
        Assert.Equal(4.5, statistics.P50);
        Assert.Equal(7.6, statistics.P90, 12);
        Assert.Equal(8.86, statistics.P99, 12);
    }

    [Fact]
    public void Of_one_sample_are_that_sample()
    {
        var statistics = SeriesStatistics.Of([new(1, 73.9)]);

        Assert.Equal(
            [73.9, 73.9, 73.9, 73.9, 73.9, 0],
            [statistics.Mean, statistics.Minimum, statistics.Maximum, statistics.P50, statistics.P99, statistics.Deviation]);
    }

    [Fact]
    public void Keep_small_values_beside_large_ones() =>
        Assert.Equal(2, SeriesStatistics.Of([new(1, 1), new(2, 1e100), new(3, 1), new(4, -1e100)]).Sum);

    [Fact]
    public void Lie_between_the_least_and_the_greatest() => Prop.ForAll(
        SamplesTests.Sets.Where(set => set.Length > 0 && set.All(sample => Math.Abs(sample.Value) < 1e120)).ToArbitrary(),
        set =>
        {
            var statistics = SeriesStatistics.Of(set);
            double[] rising = [statistics.Minimum, statistics.P50, statistics.P90, statistics.P99, statistics.Maximum];
            return rising.SequenceEqual(rising.Order()) && statistics.Mean >= statistics.Minimum
                && statistics.Mean <= statistics.Maximum && statistics.Deviation >= 0;
        })
        .QuickCheckThrowOnFailure();

    [Fact]
    public void The_latest_value_looks_back_over_both_windows()
    {
        var latest = LatestValue.Of([new(1_000, 100), new(31_000, 1), new(59_000, 2)], [new(60_000, 4), new(90_000, 6)], window: 60_000);

        Assert.Equal((90_000, 6), (latest.Time, latest.Value));
        Assert.Equal(2 / 30.0, latest.Rate!.Value, 12);
        Assert.Equal((4, 1, 6), (latest.Trailing.Count, latest.Trailing.Minimum, latest.Trailing.Maximum));
    }

    [Fact]
    public void The_first_reading_of_a_series_has_no_rate()
    {
        Assert.Null(LatestValue.Of([], [new(60_000, 4)], 60_000).Rate);
        Assert.Equal(1, LatestValue.Of([new(59_000, 3)], [new(60_000, 4)], 60_000).Rate);
    }

    [Theory]
    [InlineData(60_000, 60_000)]
    [InlineData(119_999, 60_000)]
    [InlineData(-1, -60_000)]
    public void Windows_start_at_multiples_of_their_length(long time, long start) =>
        Assert.Equal(start, SeriesTable.WindowStart(time, 60_000));

    [Theory]
    [InlineData(73.9, "73.9")]
    [InlineData(1e120, "1E+120")]
    [InlineData(1e-200, "0")]
    [InlineData(-0.0, "0")]
    public void Numbers_are_those_of_the_table(double value, string text) => Assert.Equal(text, SeriesTable.Number(value));
}
