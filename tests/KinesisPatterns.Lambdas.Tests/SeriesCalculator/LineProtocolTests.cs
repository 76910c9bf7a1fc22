using System.Text;
using FsCheck;
using FsCheck.Fluent;
using KinesisPatterns.Lambdas.SeriesCalculator;

namespace KinesisPatterns.Lambdas.Tests.SeriesCalculator;

public sealed class LineProtocolTests
{
    [Fact]
    public void A_point_is_a_line_with_sorted_tags()
    {
        var point = new Point(new("machine-1", "temperature"), new(1_795_375_680_123, 73.9), new Dictionary<string, string>
        {
            ["site"] = "hall 1",
            ["model"] = "x=2,y",
            ["empty"] = "",
        });

        Assert.Equal(
            """temperature,device=machine-1,model=x\=2\,y,site=hall\ 1 value=73.9 1795375680123""",
            LineProtocol.Line(point));
    }

    [Theory]
    [InlineData("time")]
    [InlineData("device")]
    [InlineData("_field")]
    public void Metadata_does_not_take_names_that_are_taken(string name)
    {
        var point = new Point(new("m", "t"), new(1, 2), new Dictionary<string, string> { [name] = "x" });

        Assert.Contains($"{name}_=x", LineProtocol.Line(point), StringComparison.Ordinal);
        Assert.Contains("device=m", LineProtocol.Line(point), StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_a_tag_holds_the_line_is_read_as_it_was_meant() => Prop.ForAll(
        ArbMap.Default.GeneratorFor<NonEmptyString>().Select(text => text.Item).Two().ToArbitrary(),
        texts =>
        {
            var (name, value) = (Sayable(texts.Item1), Sayable(texts.Item2));
            var line = LineProtocol.Line(new(new("m", "t"), new(1, 2), new Dictionary<string, string> { [texts.Item1] = texts.Item2 }));
            var (measurement, tags, rest) = Read(line);
            return measurement == "t" && rest == "value=2 1" && tags["device"] == "m"
                && (name.Length == 0 || value.Length == 0
                    ? tags.Count == 1
                    : tags.Count == 2 && tags[name is "time" or "device" or "_field" or "_measurement" ? name + "_" : name] == value);
        })
        .QuickCheckThrowOnFailure();

    [Fact]
    public void The_examples_that_break_others_do_not()
    {
        foreach (var text in new[] { "a\\", "\\", "a,b", "a=b", "a b", "a\nb 1 1\nc", "\\,", "\\\\ x\\\\" })
        {
            var (_, tags, rest) = Read(LineProtocol.Line(new(new("m", "t"), new(1, 2), new Dictionary<string, string> { ["k"] = text })));

            Assert.Equal("value=2 1", rest);
            Assert.Equal(Sayable(text), tags.GetValueOrDefault("k", ""));
        }
    }

    // What the protocol can say of a text: see LineProtocol.Escape.
    private static string Sayable(string text) =>
        string.Concat(text.TrimEnd('\\').Select(character => char.IsControl(character) ? ' ' : character));

    /// <summary>The protocol's own rules: a backslash takes the meaning from a comma, an equals sign or a space behind it.</summary>
    private static (string Measurement, Dictionary<string, string> Tags, string Fields) Read(string line)
    {
        var parts = new List<string>();
        var separators = new List<char>();
        var part = new StringBuilder();
        var at = 0;
        for (; at < line.Length && line[at] != ' '; at++)
        {
            if (line[at] == '\\' && at + 1 < line.Length && line[at + 1] is ',' or '=' or ' ')
            {
                part.Append(line[++at]);
            }
            else if (line[at] is ',' or '=')
            {
                parts.Add(part.ToString());
                separators.Add(line[at]);
                part.Clear();
            }
            else
            {
                part.Append(line[at]);
            }
        }

        parts.Add(part.ToString());
        var tags = new Dictionary<string, string>();
        for (var index = 1; index + 1 < parts.Count; index += 2)
        {
            tags[parts[index]] = parts[index + 1];
        }

        return (parts[0], tags, line[(at + 1)..]);
    }
}
