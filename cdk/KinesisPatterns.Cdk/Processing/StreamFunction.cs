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

/// <summary>
/// A function that handles the records of a stream in order; what it cannot handle is kept in a bucket and alarmed.
/// </summary>
public sealed class StreamFunction : Construct, IGrantable
{
    /// <summary>Defines the function, its event source mapping and its alarms.</summary>
    public StreamFunction(Construct scope, string id, StreamFunctionProps props) : base(scope, id)
    {
        props.Reading.EnsureValid(this);
        var maximumAge = props.Failures.AgeIn(this, props.Source.Retention);

        var function = new PublishedFunction(this, "Function", props.Function);
        Function = function.Function;
        Failures = props.Failures.Bucket ?? new DataBucket(this, "Failures").Bucket;
        Mapping = StreamMapping.In(this, function, props, maximumAge, Failures);
        Alarms = new Alarms(
            this,
            "Alarms",
            new("Lag", MetricIteratorAge(), Above: 60_000, Then:
                "A minute behind. Look at errors and duration; give it memory, a larger batch or parallelization."),
            new("RecordsAtRisk", MetricIteratorAge(), Above: maximumAge.ToMilliseconds() * 2 / 3, Then:
                "Records will soon be given up for their age. Fix the function, or lengthen retention and age now."),
            new("FailuresKept", MetricKeptFailures(), Above: 0, Then:
                "Records could not be handled; the bucket of failures has them. Read one, fix, handle them again."),
            new("RecordsLost", MetricDropped(), Above: 0, Then:
                "Records were given up and could not be kept. Check the function's rights on the bucket of failures."),
            new("Throttled", MetricThrottles(), Above: 0, Then:
                "The account or the function has too little concurrency: shards times parallelization. Raise it."));
    }

    /// <summary>The underlying function.</summary>
    public Function Function { get; }

    /// <summary>The mapping between the source and the function.</summary>
    public EventSourceMapping Mapping { get; }

    /// <summary>The bucket that keeps what the function could not handle, payload included.</summary>
    public IBucket Failures { get; }

    /// <summary>What is watched: lag, failures kept, records lost, throttling.</summary>
    public Alarms Alarms { get; }

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

    /// <summary>
    /// Age of the last record of a batch when the function was done with it, in milliseconds (maximum).
    /// </summary>
    public Metric MetricIteratorAge(IMetricOptions? options = null) =>
        Function.Metric("IteratorAge", options ?? new MetricOptions { Statistic = "Maximum" });

    /// <summary>
    /// Something that the function itself counts, by the name it gives the count in its log (sum).
    /// </summary>
    /// <remarks>
    /// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format.html
    /// </remarks>
    public Metric MetricCount(string name, IMetricOptions? options = null) => new Metric(new MetricProps
    {
        Namespace = "KinesisPatterns",
        MetricName = name,
        Statistic = "Sum",
        DimensionsMap = new Dictionary<string, string> { ["Function"] = Function.FunctionName },
    }).AttachTo(this).With(options ?? new MetricOptions());

    // https://docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html#event-source-mapping-metrics
    private Metric MappingMetric(string name, IMetricOptions? options) => new Metric(new MetricProps
    {
        Namespace = "AWS/Lambda",
        MetricName = name,
        Statistic = "Sum",
        DimensionsMap = new Dictionary<string, string> { ["EventSourceMappingUUID"] = Mapping.EventSourceMappingId },
    }).AttachTo(this).With(options ?? new MetricOptions());
}
