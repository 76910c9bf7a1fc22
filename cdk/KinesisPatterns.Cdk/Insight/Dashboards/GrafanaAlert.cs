namespace KinesisPatterns.Cdk;

/// <summary>From where on a figure is wrong.</summary>
public sealed record AlertLimit
{
    private AlertLimit(string evaluator, double value)
    {
        Evaluator = evaluator;
        Value = value;
    }

    /// <summary>Grafana's name of the comparison.</summary>
    internal string Evaluator { get; }

    internal double Value { get; }

    /// <summary>Above this value.</summary>
    public static AlertLimit Above(double value) => new("gt", value);

    /// <summary>Below this value.</summary>
    public static AlertLimit Below(double value) => new("lt", value);
}

/// <summary>A rule by which Grafana alerts: one alert for each series of its query.</summary>
/// <param name="Id">Its name among the alerts of a stack, in kebab-case: 1 to 24 characters.</param>
/// <param name="Title">What is wrong when it alerts.</param>
/// <param name="Query">The figure that is watched, one for the whole of <see cref="Over"/>.</param>
/// <param name="Limit">From where on it is wrong.</param>
public sealed record GrafanaAlert(string Id, string Title, SeriesQuery Query, AlertLimit Limit)
{
    /// <summary>What the person told of it does.</summary>
    public required string Then { get; init; }

    /// <summary>The time before now that the figure is taken over.</summary>
    public Duration Over { get; init; } = Duration.Minutes(10);

    /// <summary>How long it has to be wrong before somebody is told: 0 or whole minutes.</summary>
    public Duration For { get; init; } = Duration.Minutes(0);

    /// <summary>Whether it is wrong, too, when there is nothing to take a figure of.</summary>
    public bool WhenSilent { get; init; }
}
