using System.Text.Json.Nodes;

namespace KinesisPatterns.Cdk;

/// <summary>
/// What a panel asks for: <see cref="SeriesQuery"/> and <see cref="RowsQuery"/> of the series store,
/// <see cref="MetricQuery"/> of CloudWatch.
/// </summary>
public interface IPanelQuery
{
    /// <summary>The data source it goes to.</summary>
    internal JsonObject Source(DashboardSources sources);

    /// <summary>Grafana's form of it, without reference and data source.</summary>
    internal JsonObject Target(DashboardSources sources);
}
