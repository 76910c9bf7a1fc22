namespace KinesisPatterns.Lambdas.FlinkLifecycle;

/// <summary>An application as it is.</summary>
internal sealed record Application
{
    /// <summary>One of <see cref="ApplicationStatus"/>.</summary>
    public required string Status { get; init; }

    /// <summary>The version of its configuration.</summary>
    public required long Version { get; init; }

    /// <summary>When its configuration was last changed.</summary>
    public required DateTimeOffset Updated { get; init; }

    public required string Runtime { get; init; }

    /// <summary>Where its code is in S3.</summary>
    public string? CodeKey { get; init; }

    public int? Parallelism { get; init; }

    public IReadOnlyDictionary<string, IReadOnlyDictionary<string, string>> PropertyGroups { get; init; } =
        new Dictionary<string, IReadOnlyDictionary<string, string>>();
}

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
