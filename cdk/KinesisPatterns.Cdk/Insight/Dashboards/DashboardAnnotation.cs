namespace KinesisPatterns.Cdk;

/// <summary>Events that a dashboard marks in its panels over time.</summary>
/// <param name="Name">What they are called.</param>
/// <param name="From">The measurement with one point for each event.</param>
/// <param name="TextField">The field that says what happened.</param>
public sealed record DashboardAnnotation(string Name, Measurements From, string TextField)
{
    /// <summary>Tags that are shown with an event.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Conditions on tags, all of which have to hold.</summary>
    public IReadOnlyList<TagFilter> Where { get; init; } = [];

    /// <summary>One of Grafana's colours.</summary>
    public string Color { get; init; } = "red";
}
