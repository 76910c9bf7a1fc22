namespace KinesisPatterns.Lambdas.FlinkLifecycle;

/// <summary>An application as it is.</summary>
/// <param name="Status">One of <see cref="ApplicationStatus"/>.</param>
/// <param name="Version">The version of its configuration.</param>
/// <param name="Updated">When its configuration was last changed.</param>
internal sealed record Application(string Status, long Version, DateTimeOffset Updated);

/// <summary>What an application may be in (https://docs.aws.amazon.com/managed-flink/latest/apiv2/API_ApplicationDetail.html).</summary>
internal static class ApplicationStatus
{
    public const string Deleting = "DELETING";
    public const string ForceStopping = "FORCE_STOPPING";
    public const string Maintenance = "MAINTENANCE";
    public const string Ready = "READY";
    public const string RolledBack = "ROLLED_BACK";
    public const string RollingBack = "ROLLING_BACK";
    public const string Running = "RUNNING";
    public const string Updating = "UPDATING";
}
