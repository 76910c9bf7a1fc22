using KinesisPatterns.Lambdas.CustomResources;

namespace KinesisPatterns.Lambdas.FlinkLifecycle;

/// <summary>
/// What comes after CloudFormation made or changed the application: that its job runs, with the state it should have, and
/// goes on running; or else the reason why not.
/// </summary>
internal sealed class Running(Func<string, IFlinkService> services, TimeProvider time, Action<string> log)
{
    private const string Where = "Its log has more: look for 'PythonDriver' or an exception.";

    // How long the service may not yet know a role that was just made.
    private static readonly TimeSpan Propagation = TimeSpan.FromMinutes(3);

    /// <summary>
    /// Starts a stopped application. What it fails for by now, it fails for when it is asked whether this is done.
    /// </summary>
    public async Task<CustomResourceAnswer> BeginAsync(Deployment deployment, CancellationToken cancellationToken)
    {
        var service = services(deployment.Name);
        try
        {
            var application = await service.DescribeAsync(cancellationToken)
                ?? throw deployment.Failed("there is no such application.");
            if (application.Status == ApplicationStatus.Ready)
            {
                await StartAsync(service, deployment, application, cancellationToken);
            }
        }
        catch (FlinkServiceException exception) when (exception.IsTransient)
        {
            log($"To be started when asked for completion: {exception.Message}");
        }

        return new(deployment.Name);
    }

    public async Task<CustomResourceProgress> CompleteAsync(Deployment deployment, CancellationToken cancellationToken)
    {
        var service = services(deployment.Name);
        var application = await service.DescribeAsync(cancellationToken)
            ?? throw deployment.Failed("there is no such application.");
        var operations = await service.OperationsAsync(cancellationToken);
        return application.Status switch
        {
            ApplicationStatus.Running => await RunningAsync(service, deployment, application, operations, cancellationToken),
            ApplicationStatus.Ready => await StoppedAsync(service, deployment, application, operations, cancellationToken),
            ApplicationStatus.RolledBack => throw await UndoneAsync(service, deployment, application, operations, cancellationToken),
            ApplicationStatus.Deleting => throw deployment.Failed("it is being deleted."),
            ApplicationStatus.Maintenance => CustomResourceProgress.Pending,
            _ => await ChangingAsync(service, deployment, application, operations, cancellationToken),
        };
    }

    private async Task<CustomResourceProgress> RunningAsync(
        IFlinkService service, Deployment deployment, Application application, IReadOnlyList<Operation> operations,
        CancellationToken cancellationToken)
    {
        if (operations.Since() is not null)
        {
            return CustomResourceProgress.Pending;
        }

        if (deployment.Difference(application) is not null)
        {
            throw await UndoneAsync(service, deployment, application, operations, cancellationToken);
        }

        var since = operations.Latest()?.Ended ?? application.Updated;
        return time.GetUtcNow() - since < deployment.Watch
            ? CustomResourceProgress.Pending
            : CustomResourceProgress.DoneWith(new Dictionary<string, string> { ["Version"] = $"{application.Version}" });
    }

    private async Task<CustomResourceProgress> StoppedAsync(
        IFlinkService service, Deployment deployment, Application application, IReadOnlyList<Operation> operations,
        CancellationToken cancellationToken)
    {
        if (deployment.Difference(application) is not null)
        {
            throw await UndoneAsync(service, deployment, application, operations, cancellationToken);
        }

        var start = operations.Latest(Operation.Start);
        if (start is null || start.Started < application.Updated)
        {
            await StartAsync(service, deployment, application, cancellationToken);
            return CustomResourceProgress.Pending;
        }

        if (start.IsInProgress)
        {
            return CustomResourceProgress.Pending;
        }

        if (!start.Failed)
        {
            var stopped = operations.Latest() is { Kind: Operation.Stop } ? ": somebody stopped it." : ".";
            throw deployment.Failed($"its job started and stopped again{stopped} {Where}");
        }

        var reason = await service.ReasonAsync(start.Id, cancellationToken);
        if (FlinkServiceException.SpeaksOfRole(reason) && MayPropagate(application))
        {
            await StartAsync(service, deployment, application, cancellationToken);
            return CustomResourceProgress.Pending;
        }

        throw deployment.Failed($"its job did not start: {reason ?? "the service gives no reason."} {Where}");
    }

    private async Task<CustomResourceProgress> ChangingAsync(
        IFlinkService service, Deployment deployment, Application application, IReadOnlyList<Operation> operations,
        CancellationToken cancellationToken)
    {
        var since = operations.Since() ?? application.Updated;
        if (time.GetUtcNow() - since <= Deployment.Limit)
        {
            return CustomResourceProgress.Pending;
        }

        var stuck = $"it has been {application.Status} since {since:u}.";
        if (application.Status != ApplicationStatus.Updating)
        {
            throw deployment.Failed($"{stuck} {Where}");
        }

        try
        {
            log($"Rolled back: {stuck}");
            await service.RollBackAsync(application.Version, cancellationToken);
            return CustomResourceProgress.Pending;
        }
        catch (FlinkServiceException exception) when (!exception.IsTransient)
        {
            throw deployment.Failed($"{stuck} It cannot be rolled back: {exception.Message}");
        }
    }

    private async Task StartAsync(
        IFlinkService service, Deployment deployment, Application application, CancellationToken cancellationToken)
    {
        try
        {
            await service.StartAsync(deployment.Start, cancellationToken);
        }
        catch (FlinkServiceException exception) when (FlinkServiceException.SpeaksOfRole(exception.Message) && MayPropagate(application))
        {
            log($"To be started again: {exception.Message}");
        }
        catch (FlinkServiceException exception) when (!exception.IsTransient)
        {
            throw deployment.Failed($"its job cannot be started: {exception.Message}");
        }
    }

    private static async Task<CustomResourceException> UndoneAsync(
        IFlinkService service, Deployment deployment, Application application, IReadOnlyList<Operation> operations,
        CancellationToken cancellationToken)
    {
        var update = operations.Latest(Operation.Update);
        var reason = update is null ? null : await service.ReasonAsync(update.Id, cancellationToken);
        var difference = deployment.Difference(application);
        return deployment.Failed(
            $"its update was undone: {reason ?? "the service gives no reason."} It is {application.Status}, version "
            + $"{application.Version}{(difference is null ? "" : $", {difference}")}. {Where}");
    }

    private bool MayPropagate(Application application) => time.GetUtcNow() - application.Updated <= Propagation;
}
