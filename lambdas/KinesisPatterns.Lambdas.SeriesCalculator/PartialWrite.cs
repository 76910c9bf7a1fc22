using System.Text.Json;

namespace KinesisPatterns.Lambdas.SeriesCalculator;

/// <summary>
/// InfluxDB 3's answer to a write of which it took a part
/// (https://docs.influxdata.com/influxdb3/core/write-data/http-api/v3-write-lp/).
/// </summary>
internal static class PartialWrite
{
    /// <summary>The lines it did not take, counted from 1; null when the answer is of another kind.</summary>
    public static HashSet<int>? RefusedLines(string answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("data", out var data)
                && data.ValueKind == JsonValueKind.Array
                && data.EnumerateArray().All(line => line.ValueKind == JsonValueKind.Object && line.TryGetProperty("line_number", out _))
                ? [.. data.EnumerateArray().Select(line => line.GetProperty("line_number").GetInt32())]
                : null;
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException)
        {
            return null;
        }
    }
}
