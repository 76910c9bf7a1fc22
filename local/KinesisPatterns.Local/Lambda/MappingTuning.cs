namespace KinesisPatterns.Local.Lambda;

/// <summary>
/// What AWS does not publish about mappings: the assumptions made here, each of which can be changed.
/// </summary>
internal sealed record MappingTuning
{
    /// <summary>The wait after a first failed attempt; it doubles with every further one.</summary>
    public TimeSpan FirstRetry { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>The longest wait between attempts.</summary>
    public TimeSpan LongestRetry { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>The wait after a first throttled attempt; it doubles with every further one.</summary>
    public TimeSpan FirstThrottle { get; init; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest wait between throttled attempts.</summary>
    public TimeSpan LongestThrottle { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>The condition that the document of a record above 6 MB carries.</summary>
    public string TooLargeCondition { get; init; } = "PayloadTooLarge";

    /// <summary>How often delivery to an on-failure destination is repeated before the records are dropped.</summary>
    public int DeliveryRetries { get; init; } = 3;

    /// <summary>
    /// How long a new mapping does not read, which shows what LATEST misses; AWS needs up to minutes.
    /// </summary>
    public TimeSpan LateStart { get; init; }

    /// <summary>
    /// The rest between looks at an idle shard: AWS looks once a second, here records are handed on as they come.
    /// </summary>
    public TimeSpan PollInterval { get; init; }

    /// <summary>
    /// Whether a mapping without enhanced fan-out takes its reads from the five a second and the 2 MB a second of the shard, as on AWS.
    /// </summary>
    /// <remarks>https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html</remarks>
    public bool SharesReadThroughput { get; init; }

    /// <summary>Records that one sub-queue holds at most before its shard is read no further.</summary>
    public int QueueLimit { get; init; } = 100_000;
}
