namespace KinesisPatterns.Local.StepFunctions;

/// <summary>What a state fails with: a name that retriers and catchers match, and the cause in words.</summary>
/// <remarks>https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html</remarks>
internal sealed class StateError(string error, string cause) : Exception(cause)
{
    public const string Timeout = "States.Timeout";
    public const string Runtime = "States.Runtime";
    public const string DataLimit = "States.DataLimitExceeded";

    private const string All = "States.ALL";
    private const string TaskFailed = "States.TaskFailed";

    public string Error => error;

    /// <summary>Whether a retrier or a catcher that names these errors is for this one.</summary>
    public bool Matches(IEnumerable<string> names) => names.Any(name => name == error
        || (name == All && error is not (Runtime or DataLimit))
        || (name == TaskFailed && error is not (Timeout or Runtime or DataLimit)));
}
