namespace KinesisPatterns.Cdk;

/// <summary>Options for a <see cref="FlinkApplication"/>.</summary>
public sealed record FlinkApplicationProps
{
    /// <summary>The job.</summary>
    public required FlinkCode Code { get; init; }

    /// <summary>
    /// The published function <c>FlinkLifecycle</c>, which starts, restores, watches and stops the application with its
    /// deployments.
    /// </summary>
    public required PublishedFunctionProps Lifecycle { get; init; }

    /// <summary>The version of Flink.</summary>
    public FlinkRuntime Runtime { get; init; } = FlinkRuntime.V2_2;

    /// <summary>
    /// What the job is told at run time, by group and key: at most 50 groups of 50 keys, each key and value of 1 to 2,048
    /// characters.
    /// </summary>
    /// <remarks>https://docs.aws.amazon.com/managed-flink/latest/java/how-properties.html</remarks>
    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> Properties { get; init; } =
        new Dictionary<string, IReadOnlyDictionary<string, string>>();

    /// <summary>Tasks of every operator: 1 or more; automatic scaling goes no lower.</summary>
    public int Parallelism { get; init; } = 1;

    /// <summary>Tasks on one Kinesis Processing Unit (1 vCPU, 4 GB): 1 to 8.</summary>
    /// <remarks>https://docs.aws.amazon.com/managed-flink/latest/java/how-scaling.html</remarks>
    public int ParallelismPerKpu { get; init; } = 1;

    /// <summary>Whether the service doubles the parallelism at 75 % CPU and halves it below 10 %, each time with a
    /// restart of the job.</summary>
    /// <remarks>https://docs.aws.amazon.com/managed-flink/latest/java/how-scaling-auto.html</remarks>
    public bool AutoScaling { get; init; } = true;

    /// <summary>What the account allows the application in KPUs, the one that coordinates among them: 64 unless a
    /// higher quota was granted.</summary>
    /// <remarks>https://docs.aws.amazon.com/managed-flink/latest/java/limits.html</remarks>
    public int KpuQuota { get; init; } = 64;

    /// <summary>How often state is saved against failures; null leaves it to the service: every minute, 5 seconds
    /// apart.</summary>
    public FlinkCheckpoints? Checkpoints { get; init; }

    /// <summary>
    /// Whether state is saved in a snapshot when the application stops, changes or scales; without, each of these loses
    /// it.
    /// </summary>
    public bool Snapshots { get; init; } = true;

    /// <summary>Whether the service goes back to the version before when an update itself fails.</summary>
    /// <remarks>https://docs.aws.amazon.com/managed-flink/latest/java/how-system-rollbacks.html</remarks>
    public bool SystemRollback { get; init; } = true;

    /// <summary>The state with which it starts after a deployment.</summary>
    public FlinkRestore Restore { get; init; } = FlinkRestore.FromLatestSnapshot;

    /// <summary>
    /// Whether it may start although a part of the saved state belongs to no operator of the job any more, and is lost. As
    /// long as it is set, each deployment that changes the application stops it and starts it again.
    /// </summary>
    public bool AllowNonRestoredState { get; init; }

    /// <summary>
    /// Whether the job's state, saved by Flink 1.x, can be read by 2.x: without this word (or
    /// <see cref="FlinkRestore.WithoutState"/>) a deployment from 1.x to 2.x is refused before it changes anything.
    /// </summary>
    /// <remarks>https://docs.aws.amazon.com/managed-flink/latest/java/state-compatibility.html</remarks>
    public bool StateIsCompatible { get; init; }

    /// <summary>
    /// How long a deployment watches the running job before it is called done: 0 to 15 minutes. Errors in Python's main
    /// and in restoring state only show after the service says RUNNING.
    /// </summary>
    public Duration Watch { get; init; } = Duration.Minutes(2);

    /// <summary>What is logged.</summary>
    public FlinkLogLevel LogLevel { get; init; } = FlinkLogLevel.Info;

    /// <summary>For what there are metrics.</summary>
    public FlinkMetricsLevel MetricsLevel { get; init; } = FlinkMetricsLevel.Application;

    /// <summary>How long its logs are kept.</summary>
    public RetentionDays LogRetention { get; init; } = RetentionDays.ONE_YEAR;

    /// <summary>Where in a VPC it runs, with a way to Kinesis, S3 and CloudWatch from there; null keeps it outside of
    /// any.</summary>
    /// <remarks>https://docs.aws.amazon.com/managed-flink/latest/java/vpc.html</remarks>
    public FunctionNetwork? Network { get; init; }

    /// <summary>Customer key for state, checkpoints and snapshots; null uses one of AWS's.</summary>
    /// <remarks>https://docs.aws.amazon.com/managed-flink/latest/java/key-management-flink.html</remarks>
    public IKey? Key { get; init; }

    /// <summary>When the 8 hours begin, UTC, in which the service may do its maintenance; null leaves it to the
    /// service.</summary>
    /// <remarks>https://docs.aws.amazon.com/managed-flink/latest/java/maintenance.html</remarks>
    public TimeOnly? MaintenanceStart { get; init; }

    internal void EnsureValid(IConstruct at)
    {
        Ensure.InRange(at, Parallelism, 1, int.MaxValue);
        Ensure.InRange(at, ParallelismPerKpu, 1, 8);
        Ensure.InRange(at, Watch, Duration.Seconds(0), Duration.Minutes(15));
        Checkpoints?.EnsureValid(at);

        var kpus = ((Parallelism + ParallelismPerKpu - 1L) / ParallelismPerKpu) + 1;
        Ensure.That(kpus <= KpuQuota, at, $"at most {KpuQuota} KPUs (KpuQuota)", $"{kpus}");
    }
}
