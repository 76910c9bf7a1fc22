using Amazon.Lambda.Core;

namespace KinesisPatterns.Lambdas.GrafanaProvisioning;

/// <summary>Lets the function into a workspace for as long as one request takes, and leaves nothing behind.</summary>
/// <param name="workspaces">Amazon Managed Grafana.</param>
/// <param name="pause">How long to wait after so many attempts.</param>
internal sealed class ServiceAccountSession(IWorkspaces workspaces, Func<int, TimeSpan> pause)
{
    private const int Attempts = 30;

    // Longer than a function can run; what a crashed run leaves behind is useless soon.
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(20);

    /// <summary>Runs the work with a token, and deletes the account with its token whatever comes of it.</summary>
    public async Task RunAsync(string workspace, string name, Func<string, Task> work, CancellationToken cancellation)
    {
        var account = await CreateAsync(workspace, name, cancellation);
        try
        {
            await work(await RepeatAsync(() => workspaces.CreateTokenAsync(workspace, account.Id, Lifetime, cancellation), cancellation));
        }
        finally
        {
            await DeleteAsync(workspace, account);
        }
    }

    private Task<ServiceAccount> CreateAsync(string workspace, string name, CancellationToken cancellation) => RepeatAsync(
        async () =>
        {
            // A run that was ended in the middle left its account, and the name is taken.
            foreach (var left in await workspaces.AccountsAsync(workspace, cancellation))
            {
                if (left.Name == name)
                {
                    await workspaces.DeleteAccountAsync(workspace, left.Id, cancellation);
                }
            }

            return await workspaces.CreateAccountAsync(workspace, name, cancellation);
        },
        cancellation);

    private async Task<T> RepeatAsync<T>(Func<Task<T>> call, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await call();
            }
            catch (WorkspaceConflictException) when (attempt < Attempts)
            {
                await Task.Delay(pause(attempt), cancellation);
            }
        }
    }

    // Also when the time for the request is up: there is a margin for it.
    private async Task DeleteAsync(string workspace, ServiceAccount account)
    {
        try
        {
            await workspaces.DeleteAccountAsync(workspace, account.Id, CancellationToken.None);
        }
        catch (Exception error)
        {
            // The work counts. Its token ends by itself, and the next run deletes the account.
            LambdaLogger.Log(LogLevel.Error, error, "The service account {name} could not be deleted.", account.Name);
        }
    }
}
