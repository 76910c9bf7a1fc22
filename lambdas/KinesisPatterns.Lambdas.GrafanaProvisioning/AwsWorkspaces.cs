using Amazon.ManagedGrafana;
using Amazon.ManagedGrafana.Model;
using Amazon.Runtime;

namespace KinesisPatterns.Lambdas.GrafanaProvisioning;

/// <summary>Amazon Managed Grafana through the AWS SDK, which repeats what is throttled.</summary>
internal sealed class AwsWorkspaces(IAmazonManagedGrafana grafana) : IWorkspaces
{
    public Task<IReadOnlyList<ServiceAccount>> AccountsAsync(string workspace, CancellationToken cancellation) =>
        TryAsync(async () =>
        {
            var accounts = new List<ServiceAccount>();
            string? next = null;
            do
            {
                var page = await grafana.ListWorkspaceServiceAccountsAsync(
                    new() { WorkspaceId = workspace, NextToken = next }, cancellation);
                accounts.AddRange((page.ServiceAccounts ?? []).Select(account => new ServiceAccount(account.Id, account.Name)));
                next = page.NextToken;
            }
            while (!string.IsNullOrEmpty(next));

            return (IReadOnlyList<ServiceAccount>)accounts;
        });

    public Task<ServiceAccount> CreateAccountAsync(string workspace, string name, CancellationToken cancellation) =>
        TryAsync(async () =>
        {
            // Data sources and plugins are for administrators only.
            var account = await grafana.CreateWorkspaceServiceAccountAsync(
                new() { WorkspaceId = workspace, Name = name, GrafanaRole = Role.ADMIN }, cancellation);
            return new ServiceAccount(account.Id, account.Name);
        });

    public Task<string> CreateTokenAsync(string workspace, string account, TimeSpan lifetime, CancellationToken cancellation) =>
        TryAsync(async () =>
        {
            var token = await grafana.CreateWorkspaceServiceAccountTokenAsync(
                new()
                {
                    WorkspaceId = workspace,
                    ServiceAccountId = account,
                    Name = "deployment",
                    SecondsToLive = (int)lifetime.TotalSeconds,
                },
                cancellation);
            return token.ServiceAccountToken.Key;
        });

    public Task DeleteAccountAsync(string workspace, string account, CancellationToken cancellation) =>
        TryAsync(async () =>
        {
            try
            {
                await grafana.DeleteWorkspaceServiceAccountAsync(
                    new() { WorkspaceId = workspace, ServiceAccountId = account }, cancellation);
            }
            catch (ResourceNotFoundException)
            {
                // Somebody was faster.
            }

            return true;
        });

    private static async Task<T> TryAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return await call();
        }
        catch (ResourceNotFoundException error)
        {
            throw new WorkspaceGoneException(error.Message, error);
        }
        catch (ConflictException error)
        {
            throw new WorkspaceConflictException(error.Message, error);
        }
        catch (AmazonServiceException error) when (error is ServiceQuotaExceededException)
        {
            throw new InvalidOperationException($"The workspace takes no more service accounts or tokens: {error.Message}", error);
        }
    }
}
