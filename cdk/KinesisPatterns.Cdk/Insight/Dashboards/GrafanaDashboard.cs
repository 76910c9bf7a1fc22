namespace KinesisPatterns.Cdk;

/// <summary>A dashboard for Grafana: panels over a series store and over CloudWatch.</summary>
/// <param name="Id">Its name among the dashboards of a stack, in kebab-case: 1 to 24 characters.</param>
/// <param name="Title">What people call it.</param>
public sealed record GrafanaDashboard(string Id, string Title)
{
    /// <summary>What it is for.</summary>
    public string Description { get; init; } = "";

    /// <summary>The panels in reading order; they fill rows of 24 columns from left to right.</summary>
    public required IReadOnlyList<Panel> Panels { get; init; }

    /// <summary>What its reader can choose.</summary>
    public IReadOnlyList<DashboardVariable> Variables { get; init; } = [];

    /// <summary>Events that are marked in every panel over time.</summary>
    public IReadOnlyList<DashboardAnnotation> Annotations { get; init; } = [];

    /// <summary>How far back it looks when it is opened.</summary>
    public Duration Range { get; init; } = Duration.Hours(6);

    /// <summary>How often it is drawn anew: 5 seconds or more.</summary>
    public Duration Refresh { get; init; } = Duration.Seconds(30);
}
