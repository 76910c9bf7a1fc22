using KinesisPatterns.Local.Timestream;

namespace KinesisPatterns.Local.Tests.Timestream;

// https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/
public sealed class LineProtocolTests
{
    [Fact]
    public void Reads_measurement_tags_field_and_time()
    {
        var point = Assert.Single(Parse("temperature,site=hall-1,device=m1 value=21.5 1700000000123"));

        Assert.Equal("temperature", point.Measurement);
        Assert.Equal("device=m1,site=hall-1", point.Tags.Text);
        Assert.Equal("value", point.Field);
        Assert.Equal(21.5, point.Value);
        Assert.Equal(1_700_000_000_123_000_000, point.Nanoseconds);
    }

    [Fact]
    public void Reads_escaped_commas_spaces_and_equals_signs()
    {
        var point = Assert.Single(Parse(@"wind\ speed\,\ mean,de\=vice=a\ b\,c\=d va\=lue=1 1"));

        Assert.Equal("wind speed, mean", point.Measurement);
        Assert.Equal("a b,c=d", point.Tags["de=vice"]);
        Assert.Equal("va=lue", point.Field);
    }

    [Fact]
    public void Keeps_a_backslash_that_escapes_nothing() =>
        Assert.Equal(@"C:\data", Assert.Single(Parse(@"m,path=C:\data v=1 1")).Tags["path"]);

    [Theory]
    [InlineData("v=3i", 3)]
    [InlineData("v=-2u", -2)]
    [InlineData("v=true", 1)]
    [InlineData("v=F", 0)]
    [InlineData("v=1e3", 1000)]
    public void Reads_every_kind_of_number(string field, double expected) =>
        Assert.Equal(expected, Assert.Single(Parse($"m {field} 1")).Value);

    [Theory]
    [InlineData("""
        m v="plain" 1
        """, "plain")]
    [InlineData("""
        m v="a \"quoted\" \\ and, = \x" 1
        """, """
        a "quoted" \ and, = \x
        """)]
    [InlineData("""
        m v="" 1
        """, "")]
    public void Reads_texts(string line, string text) => Assert.Equal(text, Assert.Single(Parse(line)).Text);

    [Fact]
    public void Reads_several_fields() =>
        Assert.Equal(["a", "b"], Parse("m a=1,b=2 1").Select(p => p.Field));

    [Fact]
    public void Takes_the_servers_time_when_there_is_none() =>
        Assert.Equal(42, Assert.Single(LineProtocol.Parse("m v=1", 1, () => 42)).Nanoseconds);

    [Fact]
    public void Texts_are_kept_unescaped() =>
        Assert.Equal(
            [("reason", """a "b", c=d e"""), ("score", null)],
            Parse("""m reason="a \"b\", c=d e",score=0.5 1""").Select(p => (p.Field, p.Text)));

    [Theory]
    [InlineData("m")]
    [InlineData("m v")]
    [InlineData("m v=")]
    [InlineData("m v=NaN 1")]
    [InlineData("m v=1 soon")]
    [InlineData("m,tag v=1 1")]
    [InlineData("m v=1 1 1")]
    [InlineData(",a=b v=1 1")]
    [InlineData("m v=\"text 1")]
    public void Fails_on_a_line_that_is_none(string line) => Assert.Throws<FormatException>(() => Parse(line));

    [Fact]
    public void Fails_on_a_time_beyond_what_nanoseconds_hold() =>
        Assert.Throws<OverflowException>(() => Parse("m v=1 9223372036854775807"));

    private static Point[] Parse(string line) => [.. LineProtocol.Parse(line, 1_000_000, () => 0)];
}
