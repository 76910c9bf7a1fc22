using System.Text.Json.Nodes;

namespace KinesisPatterns.Cdk;

/// <summary>Asks CloudWatch for a metric, which comes from a resource's own metric method.</summary>
/// <param name="Metric">The metric with its statistic; mathematical expressions are not taken.</param>
/// <param name="Legend">What it is called in the panel.</param>
public sealed record MetricQuery(IMetric Metric, string Legend) : IPanelQuery
{
    JsonObject IPanelQuery.Source(DashboardSources sources) => sources.CloudWatchReference;

    JsonObject IPanelQuery.Target(DashboardSources sources)
    {
        var metric = Metric.ToMetricConfig().MetricStat
            ?? throw new ArgumentException($"'{Legend}': expected one metric, got an expression");
        var dimensions = new JsonObject();
        foreach (var dimension in metric.Dimensions ?? [])
        {
            dimensions[dimension.Name] = (string)dimension.Value;
        }

        // No period: Grafana takes one that suits the time shown.
        return new()
        {
            ["queryMode"] = "Metrics",
            ["metricQueryType"] = 0,
            ["metricEditorMode"] = 0,
            ["region"] = "default",
            ["namespace"] = metric.Namespace,
            ["metricName"] = metric.MetricName,
            ["dimensions"] = dimensions,
            ["matchExact"] = true,
            ["statistic"] = metric.Statistic,
            ["period"] = "",
            ["label"] = Legend,
            ["id"] = "",
            ["expression"] = "",
        };
    }
}
