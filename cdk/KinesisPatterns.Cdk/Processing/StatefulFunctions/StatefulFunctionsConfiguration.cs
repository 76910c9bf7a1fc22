using System.Globalization;

namespace KinesisPatterns.Cdk;

/// <summary>What Flink is configured with, by the keys that its version has.</summary>
/// <remarks>
/// https://nightlies.apache.org/flink/flink-docs-release-1.16/docs/deployment/config/ and
/// https://nightlies.apache.org/flink/flink-docs-release-2.2/docs/deployment/config/
/// </remarks>
internal sealed record StatefulFunctionsConfiguration
{
    /// <summary>Fixed, so that state can be restored with another parallelism.</summary>
    public const int MaximumParallelism = 128;

    /// <summary>Flink's folder of configuration in the fork's image.</summary>
    public const string ForkFolder = "/opt/flink/conf";

    /// <summary>Where the fork is told that its module is.</summary>
    public const string ForkModule = $"{ForkFolder}/module.yaml";

    /// <summary>The ports at which the cluster's tasks reach each other, and no more than these.</summary>
    public const int FirstPort = 6121;

    /// <inheritdoc cref="FirstPort"/>
    public const int LastPort = 6125;

    public required string Name { get; init; }

    public required string Master { get; init; }

    public required string Bucket { get; init; }

    public required StatefulFunctionsClusterProps Props { get; init; }

    public required int CallsPerTask { get; init; }

    public string Render() => string.Join(
        '\n', (Props.Runtime.IsFork ? Second() : First()).Prepend(Common()).Select(part => part.ReplaceLineEndings("\n")));

    // Two words a line in the log (see FlinkReports): no space may come into a scope.
    private string Common() => string.Create(CultureInfo.InvariantCulture, $"""
        jobmanager.rpc.address: {Master}
        jobmanager.rpc.port: 6123
        blob.server.port: 6124
        taskmanager.rpc.port: 6122
        taskmanager.data.port: {FirstPort}
        metrics.internal.query-service.port: {LastPort}
        jobmanager.memory.process.size: {Props.JobManagerSize.ProcessMebibytes}m
        taskmanager.memory.process.size: {Props.TaskManagerSize.ProcessMebibytes}m
        taskmanager.numberOfTaskSlots: {Props.Slots}
        parallelism.default: {Props.Parallelism}
        pipeline.max-parallelism: {MaximumParallelism}
        pipeline.auto-generate-uids: false
        classloader.parent-first-patterns.additional: org.apache.flink.statefun;org.apache.kafka;com.google.protobuf
        execution.checkpointing.mode: EXACTLY_ONCE
        execution.checkpointing.interval: {Props.Checkpoints.Interval.ToMilliseconds()}ms
        execution.checkpointing.min-pause: {Props.Checkpoints.MinimumPause.ToMilliseconds()}ms
        execution.checkpointing.tolerable-failed-checkpoints: 3
        execution.checkpointing.externalized-checkpoint-retention: RETAIN_ON_CANCELLATION
        state.backend.rocksdb.timer-service.factory: ROCKSDB
        statefun.flink-job-name: {Name}
        statefun.async.max-per-task: {CallsPerTask}
        metrics.reporter.slf4j.factory.class: org.apache.flink.metrics.slf4j.Slf4jReporterFactory
        metrics.reporter.slf4j.interval: 60s
        metrics.reporter.slf4j.filter.includes: *:{FlinkReports.Names}
        metrics.scope.jm.job: {Name}
        metrics.scope.task: {Name}.task
        """);

    private string[] First() =>
    [
        $"""
        state.backend: rocksdb
        state.backend.incremental: true
        state.checkpoints.dir: s3://{Bucket}/{FlinkSnapshots.Checkpoints}
        state.savepoints.dir: s3://{Bucket}/{FlinkSnapshots.Savepoints}
        state.checkpoints.num-retained: 3
        execution.checkpointing.unaligned: false
        restart-strategy: fixed-delay
        restart-strategy.fixed-delay.attempts: 2147483647
        restart-strategy.fixed-delay.delay: 10s
        """,
    ];

    private string[] Second() =>
    [
        $"""
        state.backend.type: rocksdb
        execution.checkpointing.incremental: true
        execution.checkpointing.dir: s3://{Bucket}/{FlinkSnapshots.Checkpoints}
        execution.checkpointing.savepoint-dir: s3://{Bucket}/{FlinkSnapshots.Savepoints}
        execution.checkpointing.num-retained: 3
        execution.checkpointing.unaligned.enabled: false
        restart-strategy.type: fixed-delay
        restart-strategy.fixed-delay.attempts: 2147483647
        restart-strategy.fixed-delay.delay: 10s
        statefun.remote.module-name: file://{ForkModule}
        """,
    ];
}
