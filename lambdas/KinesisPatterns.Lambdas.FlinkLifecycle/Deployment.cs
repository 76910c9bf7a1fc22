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

    /// <summary>The state with which the job starts now: the first start of all finds none.</summary>
    public Restore Start => request.RequestType == RequestType.Create && !Restore.IsSpecial ? Restore with { Type = null } : Restore;

    /// <summary>Whether this deployment goes from Flink 1.x to a later line, whose state may not be readable there.</summary>
    public bool CrossesLines => IsFirst(request.Old("Runtime")) && !IsFirst(request.Required("Runtime"));

    public bool StateIsCompatible => request.Required("StateIsCompatible") == "true";

    /// <summary>
    /// What of the application is not as the template says, which means that the service has undone the change; null when
    /// all is. CloudFormation does not see that.
    /// </summary>
    public string? Difference(Application application) =>
        Different("Runtime", request.Required("Runtime"), application.Runtime)
        ?? Different("code", request.Required("CodeKey"), application.CodeKey)
        ?? Different("parallelism", request.Required("Parallelism"), application.Parallelism?.ToString(CultureInfo.InvariantCulture))
        ?? PropertyGroups().Select(property => Different(
            $"property {property.Group}.{property.Key}",
            property.Value,
            application.PropertyGroups.GetValueOrDefault(property.Group)?.GetValueOrDefault(property.Key)))
            .FirstOrDefault(difference => difference is not null);

    public CustomResourceException Failed(string what) => new($"{Name}: {what}");

    private IEnumerable<(string Group, string Key, string Value)> PropertyGroups() =>
        request.ResourceProperties.TryGetProperty("PropertyGroups", out var groups)
            ? groups.EnumerateObject().SelectMany(group => group.Value.EnumerateObject().Select(
                property => (group.Name, property.Name, property.Value.GetString()!)))
            : [];

    private static string? Different(string what, string expected, string? got) =>
        got == expected ? null : $"{what}: expected {Short(expected)}, got {Short(got ?? "none")}";

    private static string Short(string text) => text.Length <= 100 ? text : $"{text[..100]}...";

    private static bool IsFirst(string? runtime) => runtime?.StartsWith("FLINK-1_", StringComparison.Ordinal) == true;
}
