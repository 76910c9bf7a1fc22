namespace KinesisPatterns.Cdk;

/// <summary>One thing to watch.</summary>
/// <param name="Id">What is wrong when it alarms, in PascalCase: the alarm's id.</param>
/// <param name="Metric">A metric, from a resource's own metric method, or what is calculated of such metrics.</param>
/// <param name="Above">The alarm rises when the metric is above this for each of the periods.</param>
/// <param name="Then">What the person woken by it does.</param>
public sealed record Watch(string Id, IMetric Metric, double Above, string Then)
{
    /// <summary>The time over which the metric is taken.</summary>
    public Duration Period { get; init; } = Duration.Minutes(1);

    /// <summary>For how many periods in a row it has to be above.</summary>
    public int Periods { get; init; } = 1;

    /// <summary>Whether the lack of data, and nothing else, is what is wrong.</summary>
    internal bool IsSilence { get; private init; }

    /// <summary>Watches that there is data at all: the alarm rises when there is none for ten minutes.</summary>
    public static Watch Silence(string id, IMetric metric, string then) =>
        new(id, metric, double.MaxValue, then) { IsSilence = true, Periods = 10 };
}
