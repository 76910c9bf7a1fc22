using System.Collections.Concurrent;
using System.Text.Json;

namespace KinesisPatterns.Local.Page.Dashboards;

/// <summary>A metric as CloudWatch knows it; dimensions are sorted and joined.</summary>
internal readonly record struct MetricName(string Namespace, string Name, string Dimensions)
{
    public static MetricName Of(string space, string name, IEnumerable<KeyValuePair<string, string>> dimensions) => new(
        space, name, string.Join(',', dimensions.OrderBy(d => d.Key, StringComparer.Ordinal).Select(d => $"{d.Key}={d.Value}")));
}

/// <summary>What was measured in this run: times in epoch milliseconds, and values.</summary>
internal sealed class MetricLog
{
    // An hour of one value a second, for each metric.
    private const int MostValues = 3_600;

    private readonly ConcurrentDictionary<MetricName, Queue<(long Time, double Value)>> _values = new();

    /// <summary>Whether there is anything of that name, from whomever.</summary>
    public bool Knows(string space, string name) => _values.Keys.Any(key => key.Namespace == space && key.Name == name);

    public void Add(MetricName metric, long time, double value)
    {
        var values = _values.GetOrAdd(metric, _ => new());
        lock (values)
        {
            values.Enqueue((time, value));
            if (values.Count > MostValues)
            {
                values.Dequeue();
            }
        }
    }

    /// <summary>Takes a line that a function logged, when it is one of metrics.</summary>
    /// <remarks>https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html</remarks>
    public void Take(string line)
    {
        if (!line.StartsWith('{') || !line.Contains("\"CloudWatchMetrics\"", StringComparison.Ordinal))
        {
            return;
        }

        using var document = JsonDocument.Parse(line);
        var root = document.RootElement;
        var time = root.GetProperty("_aws").GetProperty("Timestamp").GetInt64();
        foreach (var directive in root.GetProperty("_aws").GetProperty("CloudWatchMetrics").EnumerateArray())
        {
            var space = directive.GetProperty("Namespace").GetString()!;
            foreach (var set in directive.GetProperty("Dimensions").EnumerateArray())
            {
                var dimensions = set.EnumerateArray().Select(name => name.GetString()!)
                    .Select(name => KeyValuePair.Create(name, root.GetProperty(name).ToString())).ToList();
                foreach (var metric in directive.GetProperty("Metrics").EnumerateArray())
                {
                    var name = metric.GetProperty("Name").GetString()!;
                    Add(MetricName.Of(space, name, dimensions), time, root.GetProperty(name).GetDouble());
                }
            }
        }
    }

    /// <summary>One value for each interval in which there was any.</summary>
    public IReadOnlyList<(long Time, double Value)> Read(MetricName metric, string statistic, long from, long to, long interval)
    {
        if (!_values.TryGetValue(metric, out var values))
        {
            return [];
        }

        lock (values)
        {
            return
            [
                .. values.Where(value => value.Time >= from && value.Time <= to)
                    .GroupBy(value => value.Time - (value.Time % interval), value => value.Value)
                    .OrderBy(bucket => bucket.Key)
                    .Select(bucket => (bucket.Key, Statistic(statistic, bucket))),
            ];
        }
    }

    private static double Statistic(string name, IEnumerable<double> values) => name switch
    {
        "Average" => values.Average(),
        "Maximum" => values.Max(),
        "Minimum" => values.Min(),
        "SampleCount" => values.Count(),
        _ => values.Sum(),
    };
}
