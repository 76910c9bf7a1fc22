using KinesisPatterns.Local.Kinesis;

namespace KinesisPatterns.Local.Lambda;

/// <summary>How a mapping reads its stream and what it does about failures.</summary>
/// <remarks>https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html</remarks>
internal sealed record MappingSettings
{
    /// <summary>The stream, or a consumer of it.</summary>
    public required string EventSourceArn { get; init; }

    /// <summary>Name or ARN of the function.</summary>
    public required string FunctionName { get; init; }

    /// <summary>
    /// Where shards are read from that are there when the mapping is created; TRIM_HORIZON, LATEST or AT_TIMESTAMP.
    /// </summary>
    public ShardPosition StartingPosition { get; init; } = ShardPosition.TrimHorizon;

    /// <summary>Most records of an invocation: 1 to 10,000.</summary>
    public int BatchSize { get; init; } = 100;

    /// <summary>How long records are gathered before an invocation: 0 to 300 seconds.</summary>
    public int MaximumBatchingWindowInSeconds { get; init; }

    /// <summary>Concurrent batches per shard: 1 to 10; records of one partition key stay in order.</summary>
    public int ParallelizationFactor { get; init; } = 1;

    /// <summary>Whether a batch that the function failed is halved.</summary>
    public bool BisectBatchOnFunctionError { get; init; }

    /// <summary>Retries after the first attempt: 0 to 10,000, or -1 without end.</summary>
    public int MaximumRetryAttempts { get; init; } = -1;

    /// <summary>Seconds after which a record is given up: 60 to 604,800, or -1 for never.</summary>
    public int MaximumRecordAgeInSeconds { get; init; } = -1;

    /// <summary>Whether the function names the records that it failed.</summary>
    public bool ReportBatchItemFailures { get; init; }

    /// <summary>Length of the windows that the function keeps a state for: 1 to 900 seconds; 0 for none.</summary>
    public int TumblingWindowInSeconds { get; init; }

    /// <summary>Patterns of which a record has to match one; none lets every record through.</summary>
    public IReadOnlyList<string> Filters { get; init; } = [];

    /// <summary>Bucket, queue or topic for what is given up; null keeps it nowhere.</summary>
    public string? OnFailureDestinationArn { get; init; }

    /// <summary>Whether the mapping reads; one that is switched off keeps its position.</summary>
    public bool Enabled { get; init; } = true;
}
