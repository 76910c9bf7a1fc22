namespace KinesisPatterns.Lambdas.FlinkLifecycle;

/// <summary>What the service refused.</summary>
/// <param name="code">The error's name in the API, without "Exception".</param>
/// <param name="message">What the service says.</param>
/// <param name="cause">The SDK's exception.</param>
internal sealed class FlinkServiceException(string code, string message, Exception? cause = null)
    : Exception($"{code}: {message}", cause)
{
    /// <summary>The code of what the service, or the way to it, is at fault for.</summary>
    public const string Unavailable = "ServiceUnavailable";

    // A role is known everywhere some time after it was made; until then the service takes it for a wrong one.
    // https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
    public static bool SpeaksOfRole(string? reason) =>
        reason is not null && reason.Contains("role", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the job is in no state to be stopped with a snapshot, or to be kept in one.</summary>
    public bool IsOfUnhealthyJob => code == "InvalidApplicationConfiguration";

    /// <summary>Whether asking again may help, because something else goes on or the service is busy.</summary>
    public bool IsTransient => code
        is "ResourceInUse" or "ConcurrentModification" or "Throttling" or "TooManyRequests"
        or "RequestLimitExceeded" or Unavailable;

    /// <summary>Whether there is no such application.</summary>
    public bool IsNotFound => code == "ResourceNotFound";

    /// <summary>Whether there is no more room for snapshots.</summary>
    public bool IsLimit => code == "LimitExceeded";
}
