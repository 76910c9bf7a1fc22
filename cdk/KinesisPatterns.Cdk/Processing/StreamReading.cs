namespace KinesisPatterns.Cdk;

/// <summary>How a <see cref="StreamFunction"/> takes records from its source.</summary>
/// <remarks>https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-parameters.html</remarks>
public sealed record StreamReading
{
    /// <summary>The most records one invocation gets: 1 to 10,000, and never more than 6 MB.</summary>
    public int BatchSize { get; init; } = 100;

    /// <summary>How long Lambda waits for a batch to fill: 0 to 300 seconds.</summary>
    public Duration BatchWindow { get; init; } = Duration.Seconds(0);

    /// <summary>Batches of one shard handled at the same time: 1 to 10. Order is kept per partition key.</summary>
    public int ParallelizationFactor { get; init; } = 1;

    /// <summary>
    /// The window over which the function carries state from batch to batch: 1 to 900 seconds; null for none.
    /// </summary>
    public Duration? TumblingWindow { get; init; }

    /// <summary>Where reading starts when the function is first deployed.</summary>
    public StartFrom StartFrom { get; init; } = StartFrom.Oldest;

    /// <summary>
    /// Patterns of which a record must meet one (see <see cref="FilterCriteria"/>): at most 5; none lets all records
    /// pass.
    /// </summary>
    public IReadOnlyList<IDictionary<string, object>> Filters { get; init; } = [];

    internal void EnsureValid(IConstruct at)
    {
        Ensure.InRange(at, BatchSize, 1, 10_000);
        Ensure.InRange(at, BatchWindow, Duration.Seconds(0), Duration.Seconds(300));
        Ensure.InRange(at, ParallelizationFactor, 1, 10);
        Ensure.InRange(at, TumblingWindow, Duration.Seconds(1), Duration.Seconds(900));
        Ensure.InRange(at, Filters.Count, 0, 5, nameof(Filters));
    }
}
