namespace KinesisPatterns.Blueprints;

/// <summary>Options for a <see cref="TimeSeriesStack"/>.</summary>
public sealed class TimeSeriesStackProps : StackProps
{
    // As much as the SeriesCalculator function takes.
    private const int LongestRetentionDays = 36_500;

    /// <summary>
    /// The folder that holds the published functions, one folder each; null is where this repository publishes them.
    /// </summary>
    public string? Functions { get; init; }

    /// <summary>
    /// Whether the functions were compiled ahead of time (Native AOT), to run on <c>provided.al2023</c>.
    /// </summary>
    public bool NativeAot { get; init; }

    /// <summary>Which readings are accepted.</summary>
    public CleansingRules Rules { get; init; } = TimeSeriesRules.Default;

    /// <summary>What cleanses them.</summary>
    public CleansingEngine Cleansing { get; init; }

    /// <summary>
    /// The archive with the Flink job, as <c>mvn package</c> builds it; null is where this repository builds it.
    /// </summary>
    public string? FlinkJob { get; init; }

    /// <summary>The version of Flink, which the archive's connector has to be built for.</summary>
    public FlinkRuntime FlinkRuntime { get; init; } = FlinkRuntime.V2_2;

    /// <summary>
    /// The largest record devices may send: 1,024 to 10,240 KiB; null leaves Kinesis's own limit of 1,024.
    /// </summary>
    public Size? MaximumRecordSize { get; init; }

    /// <summary>The series store.</summary>
    public SeriesStoreKind Store { get; init; }

    /// <summary>The length of the windows over which statistics are kept: 1 second to 1 day.</summary>
    public Duration Window { get; init; } = Duration.Minutes(1);

    /// <summary>How long the table keeps windows.</summary>
    public Duration SeriesRetention { get; init; } = Duration.Days(30);

    /// <summary>The score from which on a reading is an anomaly: 0 to 1, where 0.99 is the most unusual of about 100.</summary>
    public double AnomalyThreshold { get; init; } = 0.99;

    /// <summary>How long a series has no other anomaly after one: 0 minutes to 1 year.</summary>
    public Duration AnomalyCooldown { get; init; } = Duration.Minutes(60);

    /// <summary>Who is told of alarms and anomalies by mail; null subscribes nobody to the topics.</summary>
    public string? AlarmEmail { get; init; }

    /// <summary>
    /// How people log in to the Grafana workspace that shows the dashboards; null makes no workspace.
    /// </summary>
    public GrafanaLogin? Grafana { get; init; }

    /// <summary>The workspace's version, such as <c>10.4</c>; null takes AWS's newest.</summary>
    public string? GrafanaVersion { get; init; }

    /// <summary>Takes from the CDK context (<c>-c TimeSeries:maximumLatenessSeconds=3600</c>) what it names.</summary>
    public static TimeSeriesStackProps From(Node node)
    {
        var context = new Context(node, "TimeSeries");
        var defaults = new TimeSeriesStackProps();
        return new()
        {
            Rules = defaults.Rules with
            {
                MaximumLateness = context.Seconds("maximumLatenessSeconds") ?? defaults.Rules.MaximumLateness,
                MaximumAhead = context.Seconds("maximumAheadSeconds") ?? defaults.Rules.MaximumAhead,
            },
            Cleansing = context.OneOf("cleansing", defaults.Cleansing),
            FlinkJob = context.Text("flinkJob"),
            Store = context.OneOf("store", defaults.Store),
            Window = context.Whole("windowSeconds", 1, 86_400) is { } window
                ? Duration.Seconds(window)
                : defaults.Window,
            SeriesRetention = context.Whole("seriesRetentionDays", 1, LongestRetentionDays) is { } days
                ? Duration.Days(days)
                : defaults.SeriesRetention,
            MaximumRecordSize = context.Whole("maximumRecordKiB", 1_024, 10_240) is { } size
                ? Size.Kibibytes(size)
                : defaults.MaximumRecordSize,
            AnomalyThreshold = context.Share("anomalyThreshold") ?? defaults.AnomalyThreshold,
            AnomalyCooldown = context.Whole("anomalyCooldownMinutes", 0, 525_600) is { } minutes
                ? Duration.Minutes(minutes)
                : defaults.AnomalyCooldown,
            NativeAot = context.Flag("nativeAot"),
            AlarmEmail = context.Email("alarmEmail"),
            Grafana = GrafanaContext.Login(context),
            GrafanaVersion = context.Text("grafanaVersion"),
        };
    }
}
