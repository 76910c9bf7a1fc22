using System.Globalization;
using System.Text.Json.Nodes;
using KinesisPatterns.Local.Hosting;
using KinesisPatterns.Local.Timestream;

namespace KinesisPatterns.Local.Feed;

/// <summary>
/// Compares the table of series with the series store: each window has the readings that the store has in its time, no more
/// and no fewer, and they have the same values. The table comes first, so a reading that was given up in between is only there.
/// </summary>
/// <param name="services">Where both are.</param>
/// <param name="table">The table's name.</param>
/// <param name="isFailed">Whether a reading lies in a failure destination.</param>
internal sealed class SeriesAgreement(HostServices services, string table, Func<ReadingKey, bool> isFailed)
{
    private const double Tolerance = 1e-6;
    private const long Nanoseconds = 1_000_000;

    private readonly Dictionary<(string Device, string Metric), List<Series>> _series = services.Influx.Values
        .SelectMany(i => i.Store.All)
        .Where(s => s.Key.Field == "value" && s.Key.Tags["device"] is not null && !s.Key.Measurement.Contains(':', StringComparison.Ordinal))
        .GroupBy(s => (s.Key.Tags["device"]!, s.Key.Measurement))
        .ToDictionary(g => g.Key, g => g.Select(s => s.Value).ToList());

    /// <summary>Where the two differ.</summary>
    public async Task<IReadOnlyList<string>> FindDifferencesAsync(CancellationToken cancellation)
    {
        var differences = new List<string>();
        var seen = new Dictionary<(string, string), long>();
        JsonNode? next = null;
        do
        {
            var request = new JsonObject
            {
                ["TableName"] = table,
                ["ConsistentRead"] = true,
                ["ProjectionExpression"] = "#device, #metric, #start, #end, #count, #sum",
                ["ExpressionAttributeNames"] = new JsonObject(
                    ((string[])["device", "metric", "start", "end", "count", "sum"]).Select(n => KeyValuePair.Create($"#{n}", (JsonNode?)n))),
            };
            if (next is not null)
            {
                request["ExclusiveStartKey"] = next.DeepClone();
            }

            var page = await services.DynamoDb.CallAsync("Scan", request, cancellation);
            foreach (var item in page["Items"]!.AsArray().Where(i => i!["start"] is not null))
            {
                Compare(item!, seen, differences);
            }

            next = page["LastEvaluatedKey"];
        }
        while (next is not null);

        foreach (var (key, series) in _series)
        {
            var (points, windows) = (Points(series, long.MinValue, long.MaxValue).Count, seen.GetValueOrDefault(key));
            if (points > windows)
            {
                differences.Add($"{key.Device} {key.Metric}: {points} readings in the store, {windows} in the windows of the table");
            }
        }

        return differences;
    }

    private void Compare(JsonNode item, Dictionary<(string, string), long> seen, List<string> differences)
    {
        var key = ((string)item["device"]!["S"]!, (string)item["metric"]!["S"]!);
        var (start, end) = (Time(item["start"]!), Time(item["end"]!));
        var (count, sum) = (long.Parse((string)item["count"]!["N"]!, CultureInfo.InvariantCulture), double.Parse((string)item["sum"]!["N"]!, CultureInfo.InvariantCulture));
        var points = Points(_series.GetValueOrDefault(key) ?? [], start * Nanoseconds, end * Nanoseconds);
        seen[key] = seen.GetValueOrDefault(key) + count;
        var name = $"{key.Item1} {key.Item2}, window of {ReadingJson.Iso(start)}";
        if (points.Count != count && points.Count + Failed(key, start, end) < count)
        {
            differences.Add($"{name}: {count} readings in the table, {points.Count} in the store");
        }
        else if (points.Count > count)
        {
            differences.Add($"{name}: {points.Count} readings in the store, {count} in the table");
        }
        else if (points.Count == count && Math.Abs(points.Values.Sum() - sum) > Tolerance * Math.Max(1, Math.Abs(sum)))
        {
            differences.Add(string.Create(CultureInfo.InvariantCulture, $"{name}: values that add up to {sum} in the table, to {points.Values.Sum()} in the store"));
        }
    }

    private int Failed((string Device, string Metric) key, long start, long end)
    {
        var failed = 0;
        for (var time = start; time < end; time++)
        {
            failed += isFailed(new(key.Device, key.Metric, time)) ? 1 : 0;
        }

        return failed;
    }

    private static Dictionary<long, double> Points(List<Series> series, long from, long to) =>
        series.SelectMany(s => s.Range(from, to)).GroupBy(p => p.Time).ToDictionary(g => g.Key, g => g.Last().Value);

    private static long Time(JsonNode attribute) =>
        DateTimeOffset.Parse((string)attribute["S"]!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).ToUnixTimeMilliseconds();
}
