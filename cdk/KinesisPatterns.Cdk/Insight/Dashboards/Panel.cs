namespace KinesisPatterns.Cdk;

/// <summary>How a panel shows what its queries find.</summary>
public enum PanelKind
{
    /// <summary>Lines over time.</summary>
    TimeSeries,

    /// <summary>One large figure for each series.</summary>
    Stat,

    /// <summary>Rows and columns.</summary>
    Table,

    /// <summary>One bar for each series.</summary>
    BarGauge,

    /// <summary>How values are spread over time.</summary>
    HeatMap,
}

/// <summary>From a value on, a figure, a bar or the background of a line has another colour.</summary>
/// <param name="From">The value; below the first one everything is green.</param>
/// <param name="Color">One of Grafana's colours, such as <c>orange</c> or <c>red</c>.</param>
public sealed record PanelThreshold(double From, string Color);

/// <summary>One panel of a <see cref="GrafanaDashboard"/>.</summary>
/// <param name="Kind">How it shows what its queries find.</param>
/// <param name="Title">What it shows.</param>
/// <param name="Queries">What it asks for: one or more, all of one data source.</param>
public sealed record Panel(PanelKind Kind, string Title, params IReadOnlyList<IPanelQuery> Queries)
{
    /// <summary>What its reader should know, shown on demand.</summary>
    public string Description { get; init; } = "";

    /// <summary>Grafana's name of the unit, such as <c>ms</c>, <c>percentunit</c> or <c>short</c>.</summary>
    public string Unit { get; init; } = "short";

    /// <summary>Where colours change, in ascending order.</summary>
    public IReadOnlyList<PanelThreshold> Thresholds { get; init; } = [];

    /// <summary>Whether a figure or a bar is the sum of the time shown, instead of the newest value.</summary>
    public bool Total { get; init; }

    /// <summary>Whether lines lie on top of each other and add up.</summary>
    public bool Stacked { get; init; }

    /// <summary>The variable for each of whose chosen values the panel is drawn once; null draws it once.</summary>
    public DashboardVariable? RepeatFor { get; init; }

    /// <summary>Columns of the 24 there are.</summary>
    public int Width { get; init; } = 12;

    /// <summary>Height in Grafana's units of 30 pixels.</summary>
    public int Height { get; init; } = 8;
}
