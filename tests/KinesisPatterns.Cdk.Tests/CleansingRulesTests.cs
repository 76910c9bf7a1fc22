using System.Text.Json.Nodes;

namespace KinesisPatterns.Cdk.Tests;

public sealed class CleansingRulesTests
{
    [Fact]
    public void Become_the_json_that_the_engines_read()
    {
        var rules = new CleansingRules
        {
            Metrics = new Dictionary<string, MetricRule>
            {
                ["temperature"] = new()
                {
                    Minimum = -40,
                    Maximum = 125,
                    Unit = "celsius",
                    Conversions = new Dictionary<string, UnitConversion> { ["fahrenheit"] = new(5.0 / 9, -160.0 / 9) },
                },
                ["Door.open"] = new(),
            },
            Devices = new Dictionary<string, IReadOnlyDictionary<string, string>>
            {
                ["machine-1"] = new Dictionary<string, string> { ["site"] = "hall-1", ["Model"] = "x2 <é>" },
            },
        };

        var expected = JsonNode.Parse("""
            {
              "metrics": {
                "temperature": {
                  "minimum": -40,
                  "maximum": 125,
                  "unit": "celsius",
                  "conversions": { "fahrenheit": { "factor": 0.5555555555555556, "offset": -17.77777777777778 } }
                },
                "Door.open": { "conversions": {} }
              },
              "devices": { "machine-1": { "site": "hall-1", "Model": "x2 <é>" } },
              "acceptUnknownMetrics": false,
              "acceptUnknownDevices": true,
              "maximumLatenessSeconds": 86400,
              "maximumAheadSeconds": 300,
              "duplicateWindowSeconds": 3600
            }
            """);
        Assert.True(JsonNode.DeepEquals(expected, JsonNode.Parse(rules.ToJson())), rules.ToJson());
    }

    [Theory]
    [InlineData(2.0, 1.0, "Minimum of at most 1, got 2")]
    [InlineData(double.NaN, 1.0, "a finite Minimum, got NaN")]
    [InlineData(1.0, double.PositiveInfinity, "a finite Maximum, got Infinity")]
    public void Fail_when_a_range_is_none(double minimum, double maximum, string problem) =>
        ShouldFail($"CleansingRules.Metrics[m]: expected {problem}", new() { Minimum = minimum, Maximum = maximum });

    [Fact]
    public void Fail_when_there_is_nothing_to_convert_to() =>
        ShouldFail(
            "CleansingRules.Metrics[m]: expected a Unit to convert to, got none",
            new() { Conversions = new Dictionary<string, UnitConversion> { ["pascal"] = new(0.01) } });

    [Fact]
    public void Fail_when_a_conversion_makes_every_value_the_same() =>
        ShouldFail(
            "CleansingRules.Metrics[m].Conversions[x]: expected a finite Factor other than 0, got 0",
            new() { Unit = "u", Conversions = new Dictionary<string, UnitConversion> { ["x"] = new(0, 1) } });

    [Theory]
    [InlineData("")]
    [InlineData("a b")]
    [InlineData("a\n")]
    public void Fail_when_a_metric_has_a_name_that_no_reading_can_have(string name) =>
        Synth.ShouldFail(
            $"CleansingRules.Metrics[{name}]: expected a name of 1 to 64 characters of A-Z a-z 0-9 . _ -, got '{name}'",
            () => new CleansingRules { Metrics = new Dictionary<string, MetricRule> { [name] = new() } }.ToJson());

    [Fact]
    public void Fail_when_a_device_has_a_name_that_no_reading_can_have() =>
        Synth.ShouldFail(
            "CleansingRules.Devices[a/b]: expected a name of 1 to 128 characters of A-Z a-z 0-9 . _ : -, got 'a/b'",
            () => Device("a/b", "site", "hall-1").ToJson());

    [Theory]
    [InlineData("device", "x", "tags with a name other than 'device', got 'device'")]
    [InlineData("", "x", "tags with a name other than 'device', got ''")]
    [InlineData("site", "", "a value for tag 'site', got none")]
    public void Fail_when_a_tag_cannot_be_stored(string tag, string value, string problem) =>
        Synth.ShouldFail(
            $"CleansingRules.Devices[machine-1]: expected {problem}", () => Device("machine-1", tag, value).ToJson());

    private static CleansingRules Device(string name, string tag, string value) => new()
    {
        Devices = new Dictionary<string, IReadOnlyDictionary<string, string>>
        {
            [name] = new Dictionary<string, string> { [tag] = value },
        },
    };

    private static void ShouldFail(string message, MetricRule rule) => Synth.ShouldFail(
        message, () => new CleansingRules { Metrics = new Dictionary<string, MetricRule> { ["m"] = rule } }.ToJson());
}
