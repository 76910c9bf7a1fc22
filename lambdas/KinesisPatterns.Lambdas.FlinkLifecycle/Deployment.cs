using System.Globalization;
using KinesisPatterns.Lambdas.CustomResources;

namespace KinesisPatterns.Lambdas.FlinkLifecycle;

/// <summary>What the template says of the application.</summary>
internal sealed class Deployment(CustomResourceRequest request)
{
    /// <summary>How long an operation of the service may take before it is taken to be stuck; large state takes 20 minutes.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromMinutes(25);

    public CustomResourceRequest Request => request;

    public string Name => request.Required("ApplicationName");

    public bool Snapshots => request.Required("Snapshots") == "true";

    public TimeSpan Watch => TimeSpan.FromSeconds(
        int.Parse(request.Required("WatchSeconds"), NumberStyles.None, CultureInfo.InvariantCulture));

    public Restore Restore => new(
        request.Required("Restore"), request.Optional("SnapshotName"), request.Required("AllowNonRestoredState") == "true");

    /// <summary>Whether this deployment goes from Flink 1.x to a later line, whose state may not be readable there.</summary>
    public bool CrossesLines => IsFirst(request.Old("Runtime")) && !IsFirst(request.Required("Runtime"));

    public bool StateIsCompatible => request.Required("StateIsCompatible") == "true";

    public CustomResourceException Failed(string what) => new($"{Name}: {what}");

    private static bool IsFirst(string? runtime) => runtime?.StartsWith("FLINK-1_", StringComparison.Ordinal) == true;
}
