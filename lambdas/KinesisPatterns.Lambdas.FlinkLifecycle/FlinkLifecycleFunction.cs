using KinesisPatterns.Lambdas.CustomResources;

namespace KinesisPatterns.Lambdas.FlinkLifecycle;

/// <summary>
/// The custom resources around a Flink application. Each request is answered from what the service says of the application
/// at that moment, so one that comes twice, or after a time-out, finds what the first one did.
/// </summary>
internal sealed class FlinkLifecycleFunction(Func<string, IFlinkService> services, TimeProvider time, Action<string> log)
{
    public const string PreparationType = "Custom::FlinkPreparation";
    public const string OperationType = "Custom::FlinkOperation";

    private readonly Preparation _preparation = new(services, time, log);
    private readonly Removal _removal = new(services, time, log);
    private readonly Running _running = new(services, time, log);

    public Task<CustomResourceAnswer> BeginAsync(CustomResourceRequest request, CancellationToken cancellationToken) => request switch
    {
        { RequestType: RequestType.Delete } => Task.FromResult(new CustomResourceAnswer(request.PhysicalResourceId!)),
        { ResourceType: PreparationType } => Task.FromResult(Preparation.Begin(new(request))),
        { ResourceType: OperationType } => _running.BeginAsync(new(request), cancellationToken),
        _ => throw Unknown(request),
    };

    public async Task<CustomResourceProgress> CompleteAsync(CustomResourceRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await (request switch
            {
                { ResourceType: PreparationType } => _preparation.CompleteAsync(new(request), cancellationToken),
                { ResourceType: OperationType, RequestType: RequestType.Delete } => _removal.CompleteAsync(new(request), cancellationToken),
                { ResourceType: OperationType } => _running.CompleteAsync(new(request), cancellationToken),
                _ => throw Unknown(request),
            });
        }
        catch (FlinkServiceException exception) when (exception.IsTransient)
        {
            log($"Asked again later: {exception.Message}");
            return CustomResourceProgress.Pending;
        }
    }

    private static CustomResourceException Unknown(CustomResourceRequest request) => new(
        $"{request.LogicalResourceId}: expected {PreparationType} or {OperationType}, got '{request.ResourceType}'.");
}
