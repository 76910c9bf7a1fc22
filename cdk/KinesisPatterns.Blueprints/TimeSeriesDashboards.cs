namespace KinesisPatterns.Blueprints;

/// <summary>What people see of the TimeSeries blueprint: the fleet, one device, the quality of its data.</summary>
public static class TimeSeriesDashboards
{
    private const string Device = "device";
    private const string Score = "score";

    private static readonly Measurements _anomalies = Measurements.Named("anomalies:detected");

    // Grafana marks a score from here on: orange is unusual, red is what the detector reports.
    private static readonly PanelThreshold[] _scores = [new(0.5, "orange"), new(0.9, "red")];

    /// <summary>All dashboards.</summary>
    public static IReadOnlyList<GrafanaDashboard> All(TimeSeriesMetrics metrics) =>
    [
        Fleet,
        OneDevice,
        TimeSeriesPipelineDashboards.Quality(metrics),
        TimeSeriesPipelineDashboards.Health(metrics),
    ];

    /// <summary>The rules by which Grafana alerts.</summary>
    public static IReadOnlyList<GrafanaAlert> Alerts { get; } =
    [
        new(
            "fleet-silent",
            "No device reports",
            new() { Aggregate = SeriesAggregate.Count },
            AlertLimit.Below(1))
        {
            WhenSilent = true,
            For = Duration.Minutes(5),
            Then = "No reading was stored for 10 minutes. Look at Pipeline health: do devices send, do functions fail?",
        },
        new(
            "anomalies",
            "Anomalies were detected",
            new() { From = _anomalies, Field = Score, Aggregate = SeriesAggregate.Count, By = [Device] },
            AlertLimit.Above(0))
        {
            Over = Duration.Minutes(5),
            Then = "Open One device for the device named: the marks say what was expected, and why it was unusual.",
        },
    ];

    private static GrafanaDashboard Fleet
    {
        get
        {
            var metric = DashboardVariable.OfMetrics("metric") with { Label = "Metric" };
            var chosen = new SeriesQuery { From = Measurements.Chosen(metric) };
            return new("fleet", "Fleet overview")
            {
                Description = "All devices: who reports, how much, and what is unusual.",
                Variables = [metric],
                Annotations = [new("Anomalies", _anomalies, "reason") { Tags = [Device, "metric"] }],
                Panels =
                [
                    new(PanelKind.Stat, "Devices that report $metric", chosen with
                    {
                        Aggregate = SeriesAggregate.Last,
                        By = [Device],
                        Over = SeriesAggregate.Count,
                        InIntervals = false,
                        Legend = "devices",
                    })
                    { Width = 6, Height = 5 },
                    new(PanelKind.Stat, "Readings of $metric", chosen with
                    {
                        Aggregate = SeriesAggregate.Count,
                        InIntervals = false,
                        Legend = "readings",
                    })
                    { Width = 6, Height = 5 },
                    new(PanelKind.Stat, "Anomalies", new SeriesQuery
                    {
                        From = _anomalies,
                        Field = Score,
                        Aggregate = SeriesAggregate.Count,
                        InIntervals = false,
                        Legend = "anomalies",
                    })
                    { Width = 6, Height = 5, Thresholds = [new(1, "orange")] },
                    new(PanelKind.Stat, "Highest anomaly score", new SeriesQuery
                    {
                        Field = Score,
                        Aggregate = SeriesAggregate.Maximum,
                        InIntervals = false,
                    })
                    { Width = 6, Height = 5, Unit = "percentunit", Thresholds = _scores },
                    new(PanelKind.TimeSeries, "$metric of each device", chosen with { By = [Device] }) { Width = 16 },
                    new(PanelKind.BarGauge, "Latest $metric", chosen with
                    {
                        Aggregate = SeriesAggregate.Last,
                        By = [Device],
                        InIntervals = false,
                    })
                    { Width = 8 },
                    new(PanelKind.TimeSeries, "Readings stored, by metric", new SeriesQuery
                    {
                        Aggregate = SeriesAggregate.Count,
                    })
                    { Stacked = true },
                    new(PanelKind.HeatMap, "How $metric is spread over the fleet", chosen with { By = [Device] }),
                    new(PanelKind.TimeSeries, "Anomaly score by device (highest of $metric)", chosen with
                    {
                        Field = Score,
                        Aggregate = SeriesAggregate.Maximum,
                        By = [Device],
                    })
                    { Unit = "percentunit", Thresholds = _scores, Width = 24 },
                    new(PanelKind.Table, "Anomalies, newest first", new RowsQuery(
                        _anomalies, Device, "metric", "value", "expected", Score, "reason"))
                    { Width = 24 },
                ],
            };
        }
    }

    private static GrafanaDashboard OneDevice
    {
        get
        {
            var device = DashboardVariable.OfTag(Device, Device) with { Label = "Device" };
            var metric = DashboardVariable.OfMetrics("metric") with { Label = "Metric", Several = true };
            TagFilter[] here = [TagFilter.Chosen(Device, device)];
            var values = new SeriesQuery { From = Measurements.Chosen(metric), Where = here };
            return new("device", "One device")
            {
                Description = "Every metric of one device, with what its detector makes of it.",
                Variables = [device, metric],
                Annotations =
                [
                    new("Anomalies", _anomalies, "reason") { Tags = ["metric"], Where = here },
                ],
                Panels =
                [
                    new(PanelKind.Stat, "Latest values", values with
                    {
                        Aggregate = SeriesAggregate.Last,
                        InIntervals = false,
                    })
                    { Width = 16, Height = 5 },
                    new(PanelKind.Stat, "Readings", values with
                    {
                        Aggregate = SeriesAggregate.Count,
                        InIntervals = false,
                    })
                    { Width = 8, Height = 5 },
                    new(
                        PanelKind.TimeSeries,
                        "$metric",
                        values with { Legend = "mean" },
                        values with { Aggregate = SeriesAggregate.Minimum, Legend = "lowest" },
                        values with { Aggregate = SeriesAggregate.Maximum, Legend = "highest" })
                    { RepeatFor = metric },
                    new(PanelKind.TimeSeries, "Anomaly score", values with
                    {
                        Field = Score,
                        Aggregate = SeriesAggregate.Maximum,
                    })
                    { Unit = "percentunit", Thresholds = _scores, Width = 24 },
                    new(PanelKind.Table, "Anomalies, newest first", new RowsQuery(
                        _anomalies, "metric", "value", "expected", Score, "reason") { Where = here })
                    { Width = 24 },
                ],
            };
        }
    }
}
