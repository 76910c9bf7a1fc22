using KinesisPatterns.Lambdas.CustomResources;

namespace KinesisPatterns.Lambdas.FlinkLifecycle;

/// <summary>
/// What comes before CloudFormation changes the application: refusing what would lose state, and saving that state. A
/// failure here leaves the application untouched.
/// </summary>
internal sealed class Preparation(Func<string, IFlinkService> services, TimeProvider time, Action<string> log)
{
    private const string Prefix = "deployment-";
    private const int Kept = 10;

    public static CustomResourceAnswer Begin(Deployment deployment)
    {
        if (deployment is { CrossesLines: true, StateIsCompatible: false } && deployment.Restore.Type != Restore.None)
        {
            throw deployment.Failed(
                $"Flink 2 cannot read all state of {deployment.Request.Old("Runtime")}, and there is no way back with state of "
                + $"{deployment.Request.Required("Runtime")}. Nothing was changed. Try it in a copy of the application; then "
                + "say StateIsCompatible = true, or begin without state (Restore = FlinkRestore.WithoutState). "
                + "https://docs.aws.amazon.com/managed-flink/latest/java/state-compatibility.html");
        }

        return new($"{deployment.Name}-preparation");
    }

    public async Task<CustomResourceProgress> CompleteAsync(Deployment deployment, CancellationToken cancellationToken)
    {
        var service = services(deployment.Name);
        if (deployment.Request.RequestType != RequestType.Update
            || await service.DescribeAsync(cancellationToken) is not { } application)
        {
            return CustomResourceProgress.Done;
        }

        return application.Status switch
        {
            ApplicationStatus.Running when deployment.Restore.IsSpecial =>
                await Stopping.StopAsync(service, log, cancellationToken),
            ApplicationStatus.Running when deployment.Snapshots => await SaveAsync(service, deployment, cancellationToken),
            ApplicationStatus.Running or ApplicationStatus.Ready or ApplicationStatus.RolledBack => CustomResourceProgress.Done,
            _ => await WaitAsync(service, deployment, application, cancellationToken),
        };
    }

    private async Task<CustomResourceProgress> WaitAsync(
        IFlinkService service, Deployment deployment, Application application, CancellationToken cancellationToken)
    {
        var since = (await service.OperationsAsync(cancellationToken)).Since() ?? application.Updated;
        return time.GetUtcNow() - since <= Deployment.Limit
            ? CustomResourceProgress.Pending
            : throw deployment.Failed(
                $"it has been {application.Status} since {since:u} and cannot be changed. Stop it by force, which loses what "
                + "came after its last snapshot, and deploy again.");
    }

    private async Task<CustomResourceProgress> SaveAsync(
        IFlinkService service, Deployment deployment, CancellationToken cancellationToken)
    {
        // Of the request's id, so that the same request delivered again finds its snapshot.
        var name = Prefix + deployment.Request.RequestId;
        var snapshots = await service.SnapshotsAsync(cancellationToken);
        switch (snapshots.FirstOrDefault(snapshot => snapshot.Name == name))
        {
            case null:
                return await CreateAsync(service, name, cancellationToken);
            case { Status: Snapshot.Creating } creating when time.GetUtcNow() - creating.Created <= Deployment.Limit:
                return CustomResourceProgress.Pending;
            case { Status: Snapshot.Ready }:
                await PruneAsync(service, snapshots, cancellationToken);
                return CustomResourceProgress.Done;
            case var failed:
                log($"Snapshot {name} is {failed.Status}; the update's own snapshot has to do.");
                return CustomResourceProgress.Done;
        }
    }

    private async Task<CustomResourceProgress> CreateAsync(
        IFlinkService service, string name, CancellationToken cancellationToken)
    {
        try
        {
            await service.CreateSnapshotAsync(name, cancellationToken);
            return CustomResourceProgress.Pending;
        }
        catch (FlinkServiceException exception) when (exception.IsOfUnhealthyJob || exception.IsLimit)
        {
            // A job that fails is to be repaired by just this deployment; the service's own snapshots have no limit.
            log($"No snapshot before this deployment: {exception.Message}");
            return CustomResourceProgress.Done;
        }
    }

    private static async Task PruneAsync(
        IFlinkService service, IReadOnlyList<Snapshot> snapshots, CancellationToken cancellationToken)
    {
        var old = snapshots
            .Where(snapshot => snapshot is { Status: Snapshot.Ready } && snapshot.Name.StartsWith(Prefix, StringComparison.Ordinal))
            .OrderByDescending(snapshot => snapshot.Created)
            .Skip(Kept);
        foreach (var snapshot in old)
        {
            await service.DeleteSnapshotAsync(snapshot, cancellationToken);
        }
    }
}
