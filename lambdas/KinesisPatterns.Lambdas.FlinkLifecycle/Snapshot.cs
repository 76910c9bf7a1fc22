namespace KinesisPatterns.Lambdas.FlinkLifecycle;

/// <summary>The state of a job, kept.</summary>
internal sealed record Snapshot(string Name, string Status, DateTimeOffset Created)
{
    public const string Creating = "CREATING";
    public const string Ready = "READY";
}
