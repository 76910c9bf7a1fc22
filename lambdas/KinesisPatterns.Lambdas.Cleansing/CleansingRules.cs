using System.Text.Json;
using System.Text.Json.Serialization;

namespace KinesisPatterns.Lambdas.Cleansing;

/// <summary>What a reading must be like: <c>cleansing-rules.json</c>, written by the stack (docs/time-series.md).</summary>
/// <remarks>Settable, because generated JSON code overwrites what is only initialized with null where a rule is left out.</remarks>
internal sealed record CleansingRules
{
    public IReadOnlyDictionary<string, MetricRule> Metrics { get; set; } = new Dictionary<string, MetricRule>();

    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Devices { get; set; } =
        new Dictionary<string, IReadOnlyDictionary<string, string>>();

    public bool AcceptUnknownMetrics { get; set; }

    public bool AcceptUnknownDevices { get; set; } = true;

    public long MaximumLatenessSeconds { get; set; } = 86_400;

    public long MaximumAheadSeconds { get; set; } = 300;

    public long DuplicateWindowSeconds { get; set; } = 3_600;

    /// <summary>Reads the file; fails, naming the rule, when one makes no sense.</summary>
    public static CleansingRules Load(string file)
    {
        try
        {
            return Parse(File.ReadAllBytes(file));
        }
        catch (Exception exception) when (exception is IOException or JsonException or FormatException)
        {
            throw new InvalidOperationException($"{file}: {exception.Message}", exception);
        }
    }

    public static CleansingRules Parse(ReadOnlySpan<byte> json)
    {
        var rules = JsonSerializer.Deserialize(json, RulesJson.Default.CleansingRules)
            ?? throw new FormatException("expected an object, got null.");
        NotNegative(nameof(MaximumLatenessSeconds), rules.MaximumLatenessSeconds);
        NotNegative(nameof(MaximumAheadSeconds), rules.MaximumAheadSeconds);
        NotNegative(nameof(DuplicateWindowSeconds), rules.DuplicateWindowSeconds);
        foreach (var (name, metric) in rules.Metrics)
        {
            if (metric.Minimum > metric.Maximum)
            {
                throw new FormatException(
                    $"metrics.{name}: expected a minimum below the maximum, got {metric.Minimum} and {metric.Maximum}.");
            }
        }

        return rules;
    }

    private static void NotNegative(string name, long seconds)
    {
        if (seconds is < 0 or > 3_155_760_000)
        {
            throw new FormatException(
                $"{JsonNamingPolicy.CamelCase.ConvertName(name)}: expected 0 to 3155760000 seconds (a century), got {seconds}.");
        }
    }
}

internal sealed record MetricRule
{
    public double? Minimum { get; set; }

    public double? Maximum { get; set; }

    public string? Unit { get; set; }

    public IReadOnlyDictionary<string, Conversion> Conversions { get; set; } = new Dictionary<string, Conversion>();
}

/// <summary>From another unit to the metric's own: value * factor + offset.</summary>
internal sealed record Conversion
{
    public double Factor { get; set; } = 1;

    public double Offset { get; set; }
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow)]
[JsonSerializable(typeof(CleansingRules))]
internal sealed partial class RulesJson : JsonSerializerContext;
