using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using Amazon.CDK;
using KinesisPatterns.Cdk;

namespace ReadingCleansing.Tests;

/// <summary>The job's SQL as the runner executes it: with the properties of the application put in.</summary>
internal static partial class Job
{
    private static readonly string[] Streams = ["readings", "cleansed", "rejected"];

    public static string Folder { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "../../flink-apps/reading-cleansing"));

    public static string Expected { get; } = Path.Combine(Path.GetDirectoryName(Here())!, "expected");

    public static string Sql { get; } = File.ReadAllText(Path.Combine(Folder, "job.sql"));

    /// <summary>Rules from the file that the C# engine reads.</summary>
    public static CleansingRules Rules(string json)
    {
        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        return new()
        {
            Metrics = root.GetProperty("metrics").EnumerateObject().ToDictionary(metric => metric.Name, metric => new MetricRule
            {
                Minimum = Number(metric.Value, "minimum"),
                Maximum = Number(metric.Value, "maximum"),
                Unit = metric.Value.TryGetProperty("unit", out var unit) ? unit.GetString() : null,
                Conversions = metric.Value.GetProperty("conversions").EnumerateObject().ToDictionary(
                    conversion => conversion.Name,
                    conversion => new UnitConversion(Number(conversion.Value, "factor")!.Value, Number(conversion.Value, "offset")!.Value)),
            }),
            Devices = root.GetProperty("devices").EnumerateObject().ToDictionary(
                device => device.Name,
                device => (IReadOnlyDictionary<string, string>)device.Value.EnumerateObject().ToDictionary(tag => tag.Name, tag => tag.Value.GetString()!)),
            AcceptUnknownMetrics = root.GetProperty("acceptUnknownMetrics").GetBoolean(),
            AcceptUnknownDevices = root.GetProperty("acceptUnknownDevices").GetBoolean(),
            MaximumLateness = Seconds("maximumLatenessSeconds"),
            MaximumAhead = Seconds("maximumAheadSeconds"),
            DuplicateWindow = Seconds("duplicateWindowSeconds"),
        };

        Duration Seconds(string name) => Duration.Seconds(root.GetProperty(name).GetInt64());
    }

    /// <summary>All properties of an application that runs the job by these rules.</summary>
    public static Dictionary<string, IReadOnlyDictionary<string, string>> Properties(CleansingRules rules) => new(rules.ToFlinkProperties())
    {
        ["Source"] = new Dictionary<string, string> { ["position"] = "TRIM_HORIZON" },
        ["Streams"] = Streams.SelectMany(name => new Dictionary<string, string>
        {
            [$"{name}.arn"] = $"arn:aws:kinesis:eu-west-1:000000000000:stream/{name}",
            [$"{name}.region"] = "eu-west-1",
        }).ToDictionary(),
    };

    public static string Render(CleansingRules rules)
    {
        var properties = Properties(rules);
        return Placeholder.Replace(Sql[Sql.IndexOf("SET '", StringComparison.Ordinal)..], match =>
        {
            var (group, key) = (properties[match.Groups[1].Value], match.Groups[2].Value);
            return group.TryGetValue(key, out var value)
                ? value
                : string.Concat(Enumerable.Range(0, 50).Select(part => group.GetValueOrDefault($"{key}.{part}")));
        });
    }

    private static double? Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out var number) ? number.GetDouble() : null;

    [GeneratedRegex(@"\$\{(\w+)\.([\w.]+)\}")]
    private static partial Regex Placeholder { get; }

    private static string Here([CallerFilePath] string file = "") => file;
}
