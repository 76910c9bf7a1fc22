namespace KinesisPatterns.Lambdas.FlinkLifecycle;

/// <summary>The state with which a job starts.</summary>
/// <param name="Type">The <c>ApplicationRestoreType</c>; null when there is no state yet.</param>
/// <param name="SnapshotName">The snapshot, with a restore from a certain one.</param>
/// <param name="AllowNonRestoredState">
/// Whether a part of the state may belong to no operator; said at every start, because the service forgets it with each
/// update.
/// </param>
internal sealed record Restore(string? Type, string? SnapshotName, bool AllowNonRestoredState)
{
    public const string Latest = "RESTORE_FROM_LATEST_SNAPSHOT";
    public const string None = "SKIP_RESTORE_FROM_SNAPSHOT";
    public const string Certain = "RESTORE_FROM_CUSTOM_SNAPSHOT";

    /// <summary>Whether it is not what the service does by itself when a running application is updated.</summary>
    public bool IsSpecial => Type != Latest || AllowNonRestoredState;
}
