namespace KinesisPatterns.Blueprints;

/// <summary>The dashboards of those who run the TimeSeries blueprint: what is turned away, and what is slow.</summary>
internal static class TimeSeriesPipelineDashboards
{
    // The reasons of docs/time-series.md, as the cleansing function counts them.
    private static readonly (string Count, string Reason)[] _reasons =
    [
        ("RejectedMalformed", "malformed"),
        ("RejectedUnknownDevice", "unknown device"),
        ("RejectedUnknownMetric", "unknown metric"),
        ("RejectedUnknownUnit", "unknown unit"),
        ("RejectedOutOfRange", "out of range"),
        ("RejectedLate", "late"),
        ("RejectedAhead", "ahead"),
        ("RejectedDuplicate", "duplicate"),
    ];

    public static GrafanaDashboard Quality(TimeSeriesMetrics metrics) => new("quality", "Data quality")
    {
        Description = "What devices send that is turned away, and why.",
        Panels =
        [
            Figure("Accepted", metrics, "Accepted"),
            Figure("Rejected", metrics, "Rejected") with { Thresholds = [new(1, "orange")] },
            Figure("Late", metrics, "RejectedLate") with { Thresholds = [new(1, "orange")] },
            Figure("Duplicates", metrics, "RejectedDuplicate") with { Thresholds = [new(1, "orange")] },
            new(
                PanelKind.TimeSeries,
                "Rejections by reason",
                [.. _reasons.Select(one => new MetricQuery(metrics.Outcome(one.Count), one.Reason))])
            {
                Stacked = true,
                Width = 24,
                Description = "Each rejected reading, with its payload, is in the archive under rejected/.",
            },
            new(
                PanelKind.TimeSeries,
                "Accepted and rejected",
                new MetricQuery(metrics.Outcome("Accepted"), "accepted"),
                new MetricQuery(metrics.Outcome("Rejected"), "rejected")),
            new(
                PanelKind.TimeSeries,
                "Lateness: late and ahead of time",
                new MetricQuery(metrics.Outcome("RejectedLate"), "late"),
                new MetricQuery(metrics.Outcome("RejectedAhead"), "ahead of time")),
            new(
                PanelKind.BarGauge,
                "Rejections by reason, in all",
                [.. _reasons.Select(one => new MetricQuery(metrics.Outcome(one.Count), one.Reason))])
            { Total = true },
            new(
                PanelKind.TimeSeries,
                "Rejected readings on their stream",
                new MetricQuery(metrics.Rejected.MetricIncomingRecords(), "records")),
        ],
    };

    public static GrafanaDashboard Health(TimeSeriesMetrics metrics) => new("health", "Pipeline health")
    {
        Description = "Whether everything that is sent is handled, stored and kept, and how far behind it is.",
        Panels =
        [
            new(PanelKind.TimeSeries, "Behind the stream", Each(metrics, one => one.MetricIteratorAge()))
            {
                Unit = "ms",
                Thresholds = [new(60_000, "orange")],
                Description = "The age of the last record of a batch when its function was done with it.",
            },
            new(
                PanelKind.TimeSeries,
                "Records put",
                new MetricQuery(metrics.Readings.MetricIncomingRecords(), "readings"),
                new MetricQuery(metrics.Cleansed.MetricIncomingRecords(), "cleansed"),
                new MetricQuery(metrics.Rejected.MetricIncomingRecords(), "rejected")),
            new(
                PanelKind.TimeSeries,
                "Bytes put",
                new MetricQuery(metrics.Readings.MetricIncomingBytes(), "readings"),
                new MetricQuery(metrics.Cleansed.MetricIncomingBytes(), "cleansed"))
            { Unit = "bytes" },
            new(
                PanelKind.TimeSeries,
                "Refused by the streams",
                new MetricQuery(metrics.Readings.MetricWriteThroughputExceeded(), "writes of readings"),
                new MetricQuery(metrics.Cleansed.MetricWriteThroughputExceeded(), "writes of cleansed"),
                new MetricQuery(metrics.Readings.MetricReadThroughputExceeded(), "reads of readings"),
                new MetricQuery(metrics.Cleansed.MetricReadThroughputExceeded(), "reads of cleansed"))
            { Thresholds = [new(1, "red")] },
            .. metrics.Job is { } job ? Flink(job) : [],
            new(PanelKind.TimeSeries, "Errors", Each(metrics, one => one.MetricErrors()))
            {
                Thresholds = [new(1, "red")],
            },
            new(PanelKind.TimeSeries, "Throttled", Each(metrics, one => one.MetricThrottles()))
            {
                Thresholds = [new(1, "red")],
            },
            new(PanelKind.TimeSeries, "Duration", Each(metrics, one => one.MetricDuration())) { Unit = "ms" },
            new(
                PanelKind.TimeSeries,
                "Series store: readings written, records that failed",
                new MetricQuery(metrics.Calculator.MetricCount("Readings"), "readings"),
                new MetricQuery(metrics.Calculator.MetricCount("FailedRecords"), "failed"))
            {
                Description = "A record fails when it is not both in the table and in the store; it is tried again.",
            },
            new(
                PanelKind.TimeSeries,
                "Given up",
                [
                    .. Each(metrics, one => one.MetricKeptFailures(), " kept"),
                    .. Each(metrics, one => one.MetricDropped(), " lost"),
                ])
            {
                Thresholds = [new(1, "red")],
                Description = "Kept: in the bucket of failures, payload included. Lost: given up and not kept.",
            },
            new(
                PanelKind.TimeSeries,
                "Age of what is not archived yet",
                [.. metrics.Archives.Select(one => new MetricQuery(one.Value.MetricFreshness(), one.Key))])
            { Unit = "s", Thresholds = [new(900, "orange")] },
            new(PanelKind.TimeSeries, "Query API: time taken", new MetricQuery(metrics.Query.MetricLatency(), "average"))
            {
                Unit = "ms",
            },
            new(
                PanelKind.TimeSeries,
                "Query API: failures",
                new MetricQuery(metrics.Query.MetricServerErrors(), "server errors"))
            { Thresholds = [new(1, "red")] },
        ],
    };

    private static Panel[] Flink(FlinkApplication job) =>
    [
        new(
            PanelKind.TimeSeries,
            "Flink: restarts and failed checkpoints, since the job was started",
            new MetricQuery(job.MetricRestarts(), "restarts"),
            new MetricQuery(job.Metric("numberOfFailedCheckpoints"), "failed checkpoints"))
        { Thresholds = [new(1, "orange")] },
        new(
            PanelKind.TimeSeries,
            "Flink: time to save state",
            new MetricQuery(job.Metric("lastCheckpointDuration"), "last checkpoint"))
        { Unit = "ms" },
        new(
            PanelKind.TimeSeries,
            "Flink: CPU, memory and disk",
            new MetricQuery(job.Metric("cpuUtilization"), "CPU"),
            new MetricQuery(job.Metric("heapMemoryUtilization"), "heap"),
            new MetricQuery(job.Metric("containerDiskUtilization"), "disk"))
        {
            Unit = "percent",
            Thresholds = [new(80, "orange")],
            Description = "At its limit of CPU a job falls behind: raise its parallelism, or let it scale by itself.",
        },
        new(
            PanelKind.TimeSeries,
            "Flink: late readings dropped",
            new MetricQuery(job.Metric("numLateRecordsDropped"), "readings"))
        { Description = "What its operators dropped since the job was started; the rules reject late readings before, with their reason." },
    ];

    private static Panel Figure(string title, TimeSeriesMetrics metrics, string count) =>
        new(PanelKind.Stat, title, new MetricQuery(metrics.Outcome(count), title.ToLowerInvariant()))
        {
            Width = 6,
            Height = 5,
            Total = true,
        };

    private static MetricQuery[] Each(
        TimeSeriesMetrics metrics, Func<StreamFunction, Amazon.CDK.AWS.CloudWatch.IMetric> metric, string suffix = "") =>
        [.. metrics.Functions.Select(one => new MetricQuery(metric(one.Value), one.Key + suffix))];
}
