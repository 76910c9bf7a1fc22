using System.Text.Json.Nodes;

namespace KinesisPatterns.Cdk;

/// <summary>What is made of the values that fall into one interval, or into the whole time shown.</summary>
public enum SeriesAggregate
{
    /// <summary>Their mean.</summary>
    Mean,

    /// <summary>The smallest.</summary>
    Minimum,

    /// <summary>The largest.</summary>
    Maximum,

    /// <summary>How many there are.</summary>
    Count,

    /// <summary>What they add up to.</summary>
    Sum,

    /// <summary>The newest.</summary>
    Last,
}

/// <summary>
/// Asks the series store for figures, whatever its language: one series for each measurement and each value of the tags
/// it is split by.
/// </summary>
public sealed record SeriesQuery : IPanelQuery
{
    /// <summary>Where it looks.</summary>
    public Measurements From { get; init; } = Measurements.EveryMetric;

    /// <summary>The field it reads.</summary>
    public string Field { get; init; } = "value";

    /// <summary>What is made of the field's values.</summary>
    public SeriesAggregate Aggregate { get; init; }

    /// <summary>The tags by which values are kept apart.</summary>
    public IReadOnlyList<string> By { get; init; } = [];

    /// <summary>Conditions on tags, all of which have to hold.</summary>
    public IReadOnlyList<TagFilter> Where { get; init; } = [];

    /// <summary>
    /// What is then made of the series that <see cref="By"/> kept apart, such as their number; null leaves them apart.
    /// </summary>
    public SeriesAggregate? Over { get; init; }

    /// <summary>Whether there is a figure for each interval, or one for the whole time shown.</summary>
    public bool InIntervals { get; init; } = true;

    /// <summary>What the series is called; null calls it by its tags, or by its measurement.</summary>
    public string? Legend { get; init; }

    JsonObject IPanelQuery.Source(DashboardSources sources) => sources.StoreReference;

    JsonObject IPanelQuery.Target(DashboardSources sources) => sources.Store.Target(this);
}
