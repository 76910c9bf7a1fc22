using System.Text.Json.Nodes;

namespace KinesisPatterns.Cdk;

/// <summary>Asks the series store for the newest points of a measurement as they are, one row each.</summary>
/// <param name="From">Where it looks.</param>
/// <param name="Columns">The tags and fields shown, at least one field; time comes first by itself.</param>
public sealed record RowsQuery(Measurements From, params IReadOnlyList<string> Columns) : IPanelQuery
{
    /// <summary>Conditions on tags, all of which have to hold.</summary>
    public IReadOnlyList<TagFilter> Where { get; init; } = [];

    /// <summary>The most rows: 1 to 1,000.</summary>
    public int Limit { get; init; } = 100;

    JsonObject IPanelQuery.Source(DashboardSources sources) => sources.StoreReference;

    JsonObject IPanelQuery.Target(DashboardSources sources) => sources.Store.Target(this);
}
