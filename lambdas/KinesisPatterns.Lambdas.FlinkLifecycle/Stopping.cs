using KinesisPatterns.Lambdas.CustomResources;

namespace KinesisPatterns.Lambdas.FlinkLifecycle;

/// <summary>Stops a running job, with a snapshot if it can be had.</summary>
internal static class Stopping
{
    public static async Task<CustomResourceProgress> StopAsync(
        IFlinkService service, Action<string> log, CancellationToken cancellationToken)
    {
        var latest = (await service.OperationsAsync(cancellationToken)).Latest();
        var force = latest is { Kind: Operation.Stop, Failed: true };
        if (force)
        {
            log($"It could not be stopped with a snapshot: {await service.ReasonAsync(latest!.Id, cancellationToken)}");
        }

        try
        {
            await service.StopAsync(force, cancellationToken);
        }
        catch (FlinkServiceException exception) when (exception.IsOfUnhealthyJob)
        {
            log($"It cannot be stopped with a snapshot: {exception.Message}");
            await service.StopAsync(force: true, cancellationToken);
        }

        return CustomResourceProgress.Pending;
    }
}
