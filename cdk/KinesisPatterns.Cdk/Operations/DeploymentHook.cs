using Amazon.CDK.CustomResources;

namespace KinesisPatterns.Cdk;

/// <summary>Options for a <see cref="DeploymentHook"/>.</summary>
internal sealed record DeploymentHookProps
{
    /// <summary>The function, which answers both to begin a request and, with a query interval, whether it is done.</summary>
    public required PublishedFunctionProps Function { get; init; }

    /// <summary>The time between two questions whether a request is done: 5 seconds or more; null when one invocation
    /// does it all.</summary>
    public Duration? QueryInterval { get; init; }

    /// <summary>How long a request may take, with a query interval: 1 minute to 1 hour.</summary>
    public Duration TotalTimeout { get; init; } = Duration.Minutes(30);
}

/// <summary>
/// A function that takes part in deployments as a custom resource, behind the CDK's provider framework.
/// </summary>
/// <remarks>https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.custom_resources-readme.html</remarks>
internal sealed class DeploymentHook : Construct, IGrantable
{
    private readonly PublishedFunction _function;
    private readonly Provider _provider;

    public DeploymentHook(Construct scope, string id, DeploymentHookProps props) : base(scope, id)
    {
        Ensure.InRange(this, props.QueryInterval, Duration.Seconds(5), Duration.Minutes(10));
        Ensure.InRange(this, props.TotalTimeout, Duration.Minutes(1), Duration.Hours(1));

        _function = new PublishedFunction(this, "Function", props.Function);
        var logs = Logs.In(this, "Logs", props.Function.LogRetention);
        var waits = props.QueryInterval is not null;
        _provider = ProviderFramework.In(this, logs, new ProviderProps
        {
            OnEventHandler = _function.Function,
            IsCompleteHandler = waits ? _function.Function : null,
            QueryInterval = props.QueryInterval,
            TotalTimeout = waits ? props.TotalTimeout : null,

            // Each question that is answered "not yet" would be logged as an error.
            DisableWaiterStateMachineLogging = waits ? true : null,
            LogGroup = logs,
        });
    }

    /// <inheritdoc/>
    public IPrincipal GrantPrincipal => _function.GrantPrincipal;

    /// <summary>Defines a custom resource that the function is asked to create, update and delete.</summary>
    /// <param name="scope">Where.</param>
    /// <param name="id">Its id.</param>
    /// <param name="type">Its type, <c>Custom::</c> and a name.</param>
    /// <param name="properties">What the function is told; a change of any is an update.</param>
    public CustomResource Add(Construct scope, string id, string type, IDictionary<string, object> properties) =>
        new(scope, id, new CustomResourceProps
        {
            ServiceToken = _provider.ServiceToken,
            ResourceType = type,
            Properties = properties,
        });
}
