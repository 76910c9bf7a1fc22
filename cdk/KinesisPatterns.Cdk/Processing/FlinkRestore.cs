namespace KinesisPatterns.Cdk;

/// <summary>The state with which a Flink application starts.</summary>
/// <remarks>https://docs.aws.amazon.com/managed-flink/latest/java/how-snapshots.html</remarks>
public sealed record FlinkRestore
{
    private FlinkRestore(string type) => Type = type;

    /// <summary>That of the latest snapshot; none when there is no snapshot yet.</summary>
    public static FlinkRestore FromLatestSnapshot { get; } = new("RESTORE_FROM_LATEST_SNAPSHOT");

    /// <summary>
    /// None: what the job remembered is lost, and it reads its streams from where the job itself says. As long as it is
    /// set, each deployment that changes the application stops it and starts it empty.
    /// </summary>
    public static FlinkRestore WithoutState { get; } = new("SKIP_RESTORE_FROM_SNAPSHOT");

    internal string Type { get; }

    internal string? SnapshotName { get; private init; }

    /// <summary>That of a snapshot by its name; as long as it is set, each deployment that changes the application stops
    /// it and starts it from there.</summary>
    public static FlinkRestore FromSnapshot(string name) =>
        new("RESTORE_FROM_CUSTOM_SNAPSHOT") { SnapshotName = name };
}
