namespace KinesisPatterns.Cdk;

/// <summary>What is watched of a Flink application, by the metrics that its version of Flink has.</summary>
/// <remarks>https://docs.aws.amazon.com/managed-flink/latest/java/metrics-dimensions.html</remarks>
internal static class FlinkWatches
{
    private const string Log = "Look in its log for an exception, or for 'Run python process failed'.";

    private const string Stopped =
        "Nothing is heard of the job: it was stopped, or never ran. Look at the application's state and log.";

    private static readonly Duration _five = Duration.Minutes(5);

    // millisBehindLatest is not among them: which dimensions it has depends on the connector. The alarms on the stream
    // tell how far the job lags.
    public static IReadOnlyList<Watch> Of(FlinkApplication application, FlinkApplicationProps props) =>
    [
        .. props.Runtime.IsFirst ? First(application) : Second(application),
        new("CheckpointsFail", Growth(application.Metric("numberOfFailedCheckpoints"), "numberOfFailedCheckpoints"), Above: 0, Then:
            "State is not saved: a restart repeats more and more. Look in the log for the checkpoint's exception.")
        {
            Period = _five,
        },
        new("CheckpointsSlow", application.Metric("lastCheckpointDuration"), Above: Slow(props.Checkpoints), Then:
            "Saving state takes half of the time between two checkpoints. Give it parallelism, or less state.")
        {
            Period = _five,
        },
        new("Cpu", application.Metric("cpuUtilization"), Above: 80, Then:
            "The job is at its limit of CPU. Raise its parallelism, or let it scale by itself.")
        {
            Period = _five, Periods = 3,
        },
        new("Heap", application.Metric("heapMemoryUtilization"), Above: 90, Then:
            "The job is short of memory. Lower ParallelismPerKpu, or the state's time to live.")
        {
            Period = _five, Periods = 3,
        },
        new("Disk", application.Metric("containerDiskUtilization"), Above: 80, Then:
            "State fills the disk of 50 GB per KPU. Raise the parallelism, or lower the state's time to live.")
        {
            Period = _five,
        },
    ];

    private static Watch[] First(FlinkApplication application) =>
    [
        new("Down", application.Metric("downtime"), Above: 0, Then: "The job fails and recovers. " + Log),
        new("Restarts", Growth(application.MetricRestarts(), "fullRestarts"), Above: 0, Then: "The job was restarted. " + Log)
        {
            Period = _five,
        },
        Watch.Silence("NotRunning", application.Metric("uptime"), Stopped),
    ];

    private static Watch[] Second(FlinkApplication application) =>
    [
        new("Restarting", application.Metric("restartingTime"), Above: 0, Then: "The job restarts. " + Log),
        new("Failing", application.Metric("failingTime"), Above: 0, Then: "The job fails. " + Log),
        new("Restarts", Growth(application.MetricRestarts(), "numRestarts"), Above: 0, Then: "The job was restarted. " + Log)
        {
            Period = _five,
        },
        Watch.Silence("NotRunning", application.Metric("runningTime"), Stopped),
    ];

    // These count from the start of the job, so their value says nothing, but its growth does.
    private static MathExpression Growth(Metric metric, string label) => new(new MathExpressionProps
    {
        Expression = "DIFF(total)",
        Label = label,
        UsingMetrics = new Dictionary<string, IMetric> { ["total"] = metric },
    });

    private static double Slow(FlinkCheckpoints? checkpoints) =>
        (checkpoints ?? new()).Interval.ToMilliseconds() / 2;
}
