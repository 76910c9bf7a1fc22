namespace KinesisPatterns.Cdk;

/// <summary>Options for a <see cref="StreamFunction"/>.</summary>
public sealed record StreamFunctionProps
{
    /// <summary>The stream, or the fan-out consumer, whose records the function handles.</summary>
    public required IRecordSource Source { get; init; }

    /// <summary>The function.</summary>
    public required PublishedFunctionProps Function { get; init; }

    /// <summary>How records are batched.</summary>
    public StreamReading Reading { get; init; } = new();

    /// <summary>What happens to a batch that fails.</summary>
    public FailureHandling Failures { get; init; } = new();
}

/// <summary>A function that handles the records of a stream in order, and loses none: what it cannot handle is kept in a bucket.</summary>
public sealed class StreamFunction : Construct, IGrantable
{
    // Lambda's keys are aws/lambda/<mapping>/<shard>/<date>/<time>-<random>.
    private const string FailureKeys = "aws/lambda/*";
    private static readonly string[] _eventCount = ["EventCount"];

    /// <summary>Defines the function and its event source mapping.</summary>
    public StreamFunction(Construct scope, string id, StreamFunctionProps props) : base(scope, id)
    {
        props.Reading.EnsureValid(this);
        var maximumAge = props.Failures.EnsureValid(this, props.Source.Retention);

        var function = new PublishedFunction(this, "Function", props.Function);
        Function = function.Function;
        Failures = props.Failures.Bucket ?? new DataBucket(this, "Failures").Bucket;

        Mapping = new EventSourceMapping(this, "Mapping", new EventSourceMappingProps
        {
            Target = Function,
            EventSourceArn = props.Source.SourceArn,
            BatchSize = props.Reading.BatchSize,
            MaxBatchingWindow = props.Reading.BatchWindow,
            ParallelizationFactor = props.Reading.ParallelizationFactor,
            TumblingWindow = props.Reading.TumblingWindow.ToSeconds() > 0 ? props.Reading.TumblingWindow : null,
            StartingPosition = props.Reading.StartFrom.Position,
            StartingPositionTimestamp = props.Reading.StartFrom.Timestamp,
            Filters = props.Reading.Filters is { Count: > 0 } filters ? [.. filters] : null,
            BisectBatchOnError = props.Failures.Bisect,
            RetryAttempts = props.Failures.Retries,
            MaxRecordAge = maximumAge,
            ReportBatchItemFailures = props.Failures.ReportBatchItemFailures,
        });

        var mapping = (CfnEventSourceMapping)Mapping.Node.DefaultChild!;
        mapping.Set("DestinationConfig.OnFailure.Destination", Failures.BucketArn);
        mapping.Set("MetricsConfig.Metrics", _eventCount);
        Mapping.Node.AddDependency(AllowKeeping(function), props.Source.GrantRead(function));
    }

    /// <summary>The underlying function.</summary>
    public Function Function { get; }

    /// <summary>The mapping between the source and the function.</summary>
    public EventSourceMapping Mapping { get; }

    /// <summary>The bucket that keeps what the function could not handle, payload included.</summary>
    public IBucket Failures { get; }

    /// <inheritdoc/>
    public IPrincipal GrantPrincipal => Function.GrantPrincipal;

    /// <summary>Records that ended in the bucket of failures (sum).</summary>
    public Metric MetricKeptFailures(IMetricOptions? options = null) =>
        MappingMetric("OnFailureDestinationDeliveredEventCount", options);

    /// <summary>Records that were given up and could not be kept either: lost (sum).</summary>
    public Metric MetricDropped(IMetricOptions? options = null) => MappingMetric("DroppedEventCount", options);

    /// <summary>Invocations that failed (sum).</summary>
    public Metric MetricErrors(IMetricOptions? options = null) => Function.MetricErrors(options);

    /// <summary>Invocations refused for lack of concurrency (sum).</summary>
    public Metric MetricThrottles(IMetricOptions? options = null) => Function.MetricThrottles(options);

    /// <summary>How long an invocation took, in milliseconds (average).</summary>
    public Metric MetricDuration(IMetricOptions? options = null) => Function.MetricDuration(options);

    /// <summary>Age of the last record of a batch when the function was done with it, in milliseconds (maximum).</summary>
    public Metric MetricIteratorAge(IMetricOptions? options = null) =>
        Function.Metric("IteratorAge", options ?? new MetricOptions { Statistic = "Maximum" });

    private Grant AllowKeeping(IGrantable function)
    {
        var list = Failures.GrantPut(function, FailureKeys);
        var put = Grant.AddToPrincipal(new GrantOnPrincipalOptions
        {
            Grantee = function,
            Actions = ["s3:ListBucket"],
            ResourceArns = [Failures.BucketArn],
        });

        return put.Combine(list);
    }

    // https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html#event-source-mapping-metrics
    private Metric MappingMetric(string name, IMetricOptions? options) => new Metric(new MetricProps
    {
        Namespace = "AWS/Lambda",
        MetricName = name,
        Statistic = "Sum",
        DimensionsMap = new Dictionary<string, string> { ["EventSourceMappingUUID"] = Mapping.EventSourceMappingId },
    }).AttachTo(this).With(options ?? new MetricOptions());
}
