using System.Globalization;

namespace KinesisPatterns.Cdk;

/// <summary>Cleansing rules as the expressions of Flink SQL that flink-apps/reading-cleansing/job.sql asks for.</summary>
internal static class CleansingSql
{
    /// <summary>The expressions by name; columns <c>device</c>, <c>metric</c> and <c>unit</c> are in scope.</summary>
    public static IReadOnlyDictionary<string, string> Render(CleansingRules rules)
    {
        var window = Milliseconds(rules.DuplicateWindow);
        var conversions = rules.Metrics.SelectMany(metric => metric.Value.Conversions.Select(
            conversion => (Key: $"{metric.Key} {conversion.Key}", conversion.Value))).ToList();
        return new Dictionary<string, string>
        {
            ["deviceIsKnown"] = rules.AcceptUnknownDevices ? "TRUE" : OneOf("device", rules.Devices.Keys),
            ["metricIsKnown"] = rules.AcceptUnknownMetrics ? "TRUE" : OneOf("metric", rules.Metrics.Keys),
            ["metricUnit"] = Case("metric", "STRING", rules.Metrics.Select(
                metric => (metric.Key, metric.Value.Unit is { } unit ? Text(unit) : null))),
            ["minimum"] = Case("metric", "DOUBLE", rules.Metrics.Select(
                metric => (metric.Key, metric.Value.Minimum is { } minimum ? Number(minimum) : null))),
            ["maximum"] = Case("metric", "DOUBLE", rules.Metrics.Select(
                metric => (metric.Key, metric.Value.Maximum is { } maximum ? Number(maximum) : null))),

            // No metric has a space in its name.
            ["factor"] = Case("CONCAT(metric, ' ', unit)", "DOUBLE", conversions.Select(
                conversion => (conversion.Key, (string?)Number(conversion.Value.Factor)))),
            ["offset"] = Case("CONCAT(metric, ' ', unit)", "DOUBLE", conversions.Select(
                conversion => (conversion.Key, (string?)Number(conversion.Value.Offset)))),
            ["tags"] = Case("device", "MAP<STRING, STRING>", rules.Devices.Select(
                device => (device.Key, device.Value.Count > 0 ? Map(device.Value) : null))),
            ["maximumLatenessMillis"] = Whole(Milliseconds(rules.MaximumLateness)),
            ["maximumAheadMillis"] = Whole(Milliseconds(rules.MaximumAhead)),
            ["duplicateWindowMillis"] = Whole(window),

            // 0 would keep state for ever.
            ["stateMillis"] = Whole(Math.Max(window, 1_000)),
        };
    }

    private static long Milliseconds(Duration duration) => checked((long)duration.ToSeconds() * 1_000);

    private static string OneOf(string column, IEnumerable<string> names) =>
        names.Any() ? $"{column} IN ({string.Join(", ", names.Select(Text))})" : "FALSE";

    private static string Case(string on, string type, IEnumerable<(string When, string? Then)> arms)
    {
        var said = arms.Where(arm => arm.Then is not null).Select(arm => $" WHEN {Text(arm.When)} THEN {arm.Then}");
        var all = string.Concat(said);
        return all.Length == 0 ? $"CAST(NULL AS {type})" : $"CASE {on}{all} END";
    }

    private static string Map(IReadOnlyDictionary<string, string> tags) =>
        $"MAP[{string.Join(", ", tags.Select(tag => $"{Text(tag.Key)}, {Text(tag.Value)}"))}]";

    private static string Text(string value) => $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";

    // With an exponent it is a DOUBLE in SQL, without one a DECIMAL that computes differently.
    private static string Number(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        return text.Contains('E', StringComparison.Ordinal) ? text : $"{text}E0";
    }

    private static string Whole(long value) => value.ToString(CultureInfo.InvariantCulture);
}
