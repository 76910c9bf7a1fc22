using System.Globalization;
using System.Text;
using FsCheck;
using FsCheck.Fluent;

namespace KinesisPatterns.Lambdas.Tests;

public sealed class TimestampsTests
{
    [Theory]
    [InlineData("2026-11-22T19:28:00.123Z", 1_795_375_680_123)]
    [InlineData("2026-11-22T20:28:00.123+01:00", 1_795_375_680_123)]
    [InlineData("2026-11-22T20:28:00.123+0100", 1_795_375_680_123)]
    [InlineData("2026-11-22T11:58:00.123-07:30", 1_795_375_680_123)]
    [InlineData("2026-11-22T19:28:00.1239999Z", 1_795_375_680_123)]
    [InlineData("2026-11-22T19:28:00Z", 1_795_375_680_000)]
    [InlineData("2026-11-22T19:28Z", 1_795_375_680_000)]
    [InlineData("1969-12-31T23:59:59.999Z", -1)]
    [InlineData("0001-01-01T00:00:00.000Z", Timestamps.Minimum)]
    [InlineData("9999-12-31T23:59:59.999Z", Timestamps.Maximum)]
    [InlineData("1795375680123", 1_795_375_680_123)]
    public void Reads_times_with_an_offset(string text, long expected)
    {
        Assert.True(Timestamps.TryParse(text, out var time));
        Assert.Equal(expected, time);
    }

    [Theory]
    [InlineData("")]
    [InlineData("2026-11-22")]
    [InlineData("2026-11-22T19:28:00")]
    [InlineData("2026-11-22T19:28:00.Z")]
    [InlineData("2026-11-22 19:28:00Z")]
    [InlineData("2026-02-29T19:28:00Z")]
    [InlineData("2026-11-22T24:00:00Z")]
    [InlineData("2026-11-22T19:28:60Z")]
    [InlineData("2026-13-22T19:28:00Z")]
    [InlineData("0000-01-01T00:00:00Z")]
    [InlineData("0001-01-01T00:00:00+01:00")]
    [InlineData("2026-11-22T19:28:00+24:00")]
    [InlineData("2026-11-22T19:28:00Zx")]
    [InlineData("99999999999999999")]
    [InlineData("１795375680123")]
    public void Refuses_everything_else(string text) => Assert.False(Timestamps.TryParse(text, out _));

    [Fact]
    public void Text_is_read_back_and_agrees_with_the_framework() =>
        Prop.ForAll(Times().ToArbitrary(), time =>
        {
            var text = Timestamps.Text(time);
            return Timestamps.TryParse(Encoding.ASCII.GetBytes(text), out var back) && back == time
                && text == DateTimeOffset.FromUnixTimeMilliseconds(time)
                    .ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        }).QuickCheckThrowOnFailure();

    private static Gen<long> Times() => ArbMap.Default.GeneratorFor<DoNotSize<ulong>>()
        .Select(value => Timestamps.Minimum + (long)(value.Item % (ulong)(Timestamps.Maximum - Timestamps.Minimum)));
}
