namespace KinesisPatterns.Lambdas.FlinkLifecycle;

/// <summary>The managed service for Apache Flink, for one application; it throws <see cref="FlinkServiceException"/>.</summary>
internal interface IFlinkService
{
    /// <summary>The application as it is; null when there is none.</summary>
    Task<Application?> DescribeAsync(CancellationToken cancellationToken);

    /// <summary>What was done to the application, in any order.</summary>
    Task<IReadOnlyList<Operation>> OperationsAsync(CancellationToken cancellationToken);

    /// <summary>Why an operation failed; null when the service does not say.</summary>
    Task<string?> ReasonAsync(string operationId, CancellationToken cancellationToken);

    Task StartAsync(Restore restore, CancellationToken cancellationToken);

    /// <summary>Stops the job: with a snapshot when the application takes snapshots, never with one by force.</summary>
    Task StopAsync(bool force, CancellationToken cancellationToken);

    /// <summary>Goes back from this version to the one that ran before.</summary>
    Task RollBackAsync(long version, CancellationToken cancellationToken);

    Task<IReadOnlyList<Snapshot>> SnapshotsAsync(CancellationToken cancellationToken);

    Task CreateSnapshotAsync(string name, CancellationToken cancellationToken);

    Task DeleteSnapshotAsync(Snapshot snapshot, CancellationToken cancellationToken);
}
