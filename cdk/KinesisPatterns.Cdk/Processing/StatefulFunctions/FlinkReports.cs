namespace KinesisPatterns.Cdk;

/// <summary>
/// Metrics out of a cluster's log: Flink's slf4j reporter writes each as a line of two words, such as <c>Name.numRestarts: 0</c>.
/// </summary>
/// <remarks>
/// A scope of its own for each cluster (<c>metrics.scope.jm.job</c>) makes the first word, which also is the metric's dimension.
/// https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html
/// </remarks>
internal sealed class FlinkReports(LogGroup log, string scope)
{
    private const string Namespace = "KinesisPatterns/Flink";
    private const string Dimension = "Line";

    private static readonly string[] _reported =
        ["numRestarts", "numberOfFailedCheckpoints", "numberOfCompletedCheckpoints", "lastCheckpointDuration"];

    private static readonly string[] _ofTasks = ["backPressuredTimeMsPerSecond"];

    /// <summary>All that is reported, for the reporter's filter: it would write every metric of every task each minute.</summary>
    public static string Names { get; } = string.Join(',', [.. _reported, .. _ofTasks]);

    public void Define()
    {
        foreach (var name in _reported)
        {
            Filter(name, Line(name));
        }

        foreach (var name in _ofTasks)
        {
            Filter(name, TaskLine(name));
        }
    }

    public Metric OfJob(string name) => Metric(name, Line(name));

    public Metric OfTasks(string name) => Metric(name, TaskLine(name));

    private string Line(string name) => $"{scope}.{name}:";

    private string TaskLine(string name) => $"{scope}.task.{name}:";

    private void Filter(string name, string line) => log.AddMetricFilter(name, new MetricFilterOptions
    {
        FilterPattern = FilterPattern.Literal($"[line=\"{line}\", value]"),
        MetricNamespace = Namespace,
        MetricName = name,
        MetricValue = "$value",
        Dimensions = new Dictionary<string, string> { [Dimension] = "$line" },
    });

    private static Metric Metric(string name, string line) => new(new MetricProps
    {
        Namespace = Namespace,
        MetricName = name,
        Statistic = "Maximum",
        DimensionsMap = new Dictionary<string, string> { [Dimension] = line },
    });
}
