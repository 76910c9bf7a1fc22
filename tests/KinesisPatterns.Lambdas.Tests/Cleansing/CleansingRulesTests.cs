using System.Text;
using System.Text.Json;
using KinesisPatterns.Lambdas.Cleansing;

namespace KinesisPatterns.Lambdas.Tests.Cleansing;

public sealed class CleansingRulesTests
{
    [Fact]
    public void Reads_the_documented_file()
    {
        var page = File.ReadAllText(Path.Combine(Repository(), "docs", "time-series.md"));
        var start = page.IndexOf("```json\n{\n  \"metrics\"", StringComparison.Ordinal) + 8;

        var rules = CleansingRules.Parse(Encoding.UTF8.GetBytes(page[start..page.IndexOf("```", start, StringComparison.Ordinal)]));

        Assert.Equal(125, rules.Metrics["temperature"].Maximum);
        Assert.Equal(-17.77777777777778, rules.Metrics["temperature"].Conversions["fahrenheit"].Offset);
        Assert.Equal("hall-1", rules.Devices["machine-1"]["site"]);
        Assert.Equal(86_400, rules.MaximumLatenessSeconds);
    }

    [Fact]
    public void Rules_left_out_have_the_documented_values()
    {
        var rules = CleansingRules.Parse("""{"metrics":{"a":{}}}"""u8);

        Assert.Equal((true, false), (rules.AcceptUnknownDevices, rules.AcceptUnknownMetrics));
        Assert.Equal((86_400, 300, 3_600), (rules.MaximumLatenessSeconds, rules.MaximumAheadSeconds, rules.DuplicateWindowSeconds));
        Assert.Empty(rules.Devices);
        Assert.Empty(rules.Metrics["a"].Conversions);
    }

    [Theory]
    [InlineData("""{"metrics":{"a":{"minimum":2,"maximum":1}}}""", "metrics.a: expected a minimum below the maximum, got 2 and 1")]
    [InlineData("""{"maximumLatenessSeconds":-1}""", "maximumLatenessSeconds: expected 0 to 3155760000 seconds")]
    [InlineData("null", "expected an object")]
    public void Fails_on_rules_that_make_no_sense(string json, string message)
    {
        var error = Assert.Throws<FormatException>(() => CleansingRules.Parse(Encoding.UTF8.GetBytes(json)));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fails_on_a_rule_that_does_not_exist() => Assert.Contains(
        "acceptUnknown",
        Assert.Throws<JsonException>(() => CleansingRules.Parse("""{"acceptUnknown":true}"""u8)).Message,
        StringComparison.Ordinal);

    [Fact]
    public void Names_the_file_that_is_missing() => Assert.Contains(
        "no-such-file",
        Assert.Throws<InvalidOperationException>(() => CleansingRules.Load("no-such-file")).Message,
        StringComparison.Ordinal);

    private static string Repository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Patterns.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The tests must be run from within the repository.");
    }
}
