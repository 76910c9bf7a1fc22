namespace KinesisPatterns.Lambdas.GrafanaProvisioning;

/// <summary>An account of a workspace that is not a person's.</summary>
internal readonly record struct ServiceAccount(string Id, string Name);

/// <summary>The workspace is not there (any more).</summary>
internal sealed class WorkspaceGoneException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>The workspace is busy, or the name of an account is taken.</summary>
internal sealed class WorkspaceConflictException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>
/// Amazon Managed Grafana, as far as it lets somebody into a workspace
/// (https://docs.aws.amazon.com/grafana/latest/APIReference/API_Operations.html).
/// </summary>
internal interface IWorkspaces
{
    Task<IReadOnlyList<ServiceAccount>> AccountsAsync(string workspace, CancellationToken cancellation);

    /// <summary>Makes an account that may administer the workspace.</summary>
    Task<ServiceAccount> CreateAccountAsync(string workspace, string name, CancellationToken cancellation);

    /// <summary>Makes a token of the account, which cannot be read again.</summary>
    Task<string> CreateTokenAsync(string workspace, string account, TimeSpan lifetime, CancellationToken cancellation);

    /// <summary>Deletes the account with its tokens; one that is not there is deleted.</summary>
    Task DeleteAccountAsync(string workspace, string account, CancellationToken cancellation);
}

/// <summary>Secrets of this account.</summary>
internal interface ISecrets
{
    Task<string> ReadAsync(string arn, CancellationToken cancellation);

    Task WriteAsync(string arn, string text, CancellationToken cancellation);
}
