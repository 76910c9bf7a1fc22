namespace KinesisPatterns.Cdk;

/// <summary>What is watched of a cluster: whether its job runs and saves its state, and whether it keeps up.</summary>
internal static class StatefulFunctionsWatches
{
    private static readonly Duration _five = Duration.Minutes(5);

    public static IReadOnlyList<Watch> Of(StatefulFunctionsCluster cluster, StatefulFunctionsClusterProps props) =>
    [
        Watch.Silence("NotRunning", cluster.MetricJob("numberOfCompletedCheckpoints"), then:
            "Nothing is heard of the job: the job manager does not run. Look at the service's events and its log."),
        new("Restarts", Growth(cluster, "numRestarts"), Above: 0, Then:
            "The job was restarted. Look in the log for the exception; calls that fail for long end in one.")
        {
            Period = _five,
        },
        new("CheckpointsFail", Growth(cluster, "numberOfFailedCheckpoints"), Above: 0, Then:
            "State is not saved: a restart repeats more and more. Look in the log for the checkpoint's exception.")
        {
            Period = _five,
        },

        // The first period after a job manager was replaced has the counter begin anew.
        new("CheckpointsStale", Standstill(cluster), Above: 0, Then:
            "No checkpoint was completed for as long. What comes now is done again after a failure: look at back-pressure and failures.")
        {
            Period = _five, Periods = 1 + (int)Math.Ceiling(2 * Between(props.Checkpoints) / _five.ToSeconds()),
        },
        new("CheckpointsSlow", cluster.MetricJob("lastCheckpointDuration"), Above: props.Checkpoints.Interval.ToMilliseconds() / 2, Then:
            "Saving state takes half of the time between two checkpoints. Add task managers, or keep less state.")
        {
            Period = _five, Periods = 2,
        },
        new("BackPressure", cluster.MetricTasks("backPressuredTimeMsPerSecond"), Above: 500, Then:
            "A task waits for functions half of its time. Look at their latency; raise their concurrency or the task managers.")
        {
            Period = _five, Periods = 3,
        },
        new("JobManagerMemory", cluster.JobManager.MetricMemoryUtilization(Maximum()), Above: 90, Then:
            "The job manager is short of memory. Give it a larger size.")
        {
            Period = _five, Periods = 3,
        },
        new("TaskManagerMemory", cluster.TaskManagers.MetricMemoryUtilization(Maximum()), Above: 90, Then:
            "A task manager is short of memory and may be killed. Give them a larger size.")
        {
            Period = _five, Periods = 3,
        },
        new("TaskManagerCpu", cluster.TaskManagers.MetricCpuUtilization(Maximum()), Above: 90, Then:
            "A task manager is at its limit of CPU. Add task managers, or make them larger.")
        {
            Period = _five, Periods = 3,
        },
    ];

    private static double Between(FlinkCheckpoints checkpoints) =>
        Math.Max(checkpoints.Interval.ToSeconds(), checkpoints.MinimumPause.ToSeconds());

    private static MetricOptions Maximum() => new() { Statistic = "Maximum" };

    // These count from the start of the job manager, so their value says nothing, but their growth does.
    private static MathExpression Growth(StatefulFunctionsCluster cluster, string metric) => new(new MathExpressionProps
    {
        Expression = "DIFF(total)",
        Label = metric,
        UsingMetrics = new Dictionary<string, IMetric> { ["total"] = cluster.MetricJob(metric) },
    });

    private static MathExpression Standstill(StatefulFunctionsCluster cluster) => new(new MathExpressionProps
    {
        Expression = "DIFF(total) < 1",
        Label = "No checkpoint",
        UsingMetrics = new Dictionary<string, IMetric> { ["total"] = cluster.MetricJob("numberOfCompletedCheckpoints") },
    });
}
