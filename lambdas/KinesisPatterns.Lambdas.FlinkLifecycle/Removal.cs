using KinesisPatterns.Lambdas.CustomResources;

namespace KinesisPatterns.Lambdas.FlinkLifecycle;

/// <summary>What comes before CloudFormation deletes the application, which it can only while no job runs.</summary>
internal sealed class Removal(Func<string, IFlinkService> services, TimeProvider time, Action<string> log)
{
    public async Task<CustomResourceProgress> CompleteAsync(Deployment deployment, CancellationToken cancellationToken)
    {
        var service = services(deployment.Name);
        var application = await service.DescribeAsync(cancellationToken);
        switch (application?.Status)
        {
            case null or ApplicationStatus.Ready or ApplicationStatus.RolledBack or ApplicationStatus.Deleting:
                return CustomResourceProgress.Done;
            case ApplicationStatus.Running:
                var snapshots = await service.SnapshotsAsync(cancellationToken);
                return snapshots.Any(IsBeingMade)
                    ? CustomResourceProgress.Pending
                    : await Stopping.StopAsync(service, log, cancellationToken);
            case ApplicationStatus.Maintenance or ApplicationStatus.RollingBack or ApplicationStatus.ForceStopping:
                return CustomResourceProgress.Pending;
            default:
                await ForceWhenStuckAsync(service, application, cancellationToken);
                return CustomResourceProgress.Pending;
        }
    }

    // To stop meanwhile may leave both of them stuck.
    private bool IsBeingMade(Snapshot snapshot) =>
        snapshot.Status == Snapshot.Creating && time.GetUtcNow() - snapshot.Created <= Deployment.Limit;

    private async Task ForceWhenStuckAsync(IFlinkService service, Application application, CancellationToken cancellationToken)
    {
        var since = (await service.OperationsAsync(cancellationToken)).Since() ?? application.Updated;
        if (time.GetUtcNow() - since > Deployment.Limit)
        {
            log($"It has been {application.Status} since {since:u}: stopped by force, without a snapshot.");
            await service.StopAsync(force: true, cancellationToken);
        }
    }
}
