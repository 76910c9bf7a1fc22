namespace KinesisPatterns.Cdk;

/// <summary>What happens to a batch that a <see cref="StreamFunction"/> cannot handle.</summary>
/// <remarks>
/// Lambda's own defaults retry for ever, so one bad record would block its shard until it expires.
/// https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html
/// </remarks>
public sealed record FailureHandling
{
    private static readonly Duration _lambdaMaximum = Duration.Days(7);

    /// <summary>How often a failed batch is repeated before it goes to the bucket: 0 to 10,000.</summary>
    public int Retries { get; init; } = 10;

    /// <summary>
    /// The age at which a record goes to the bucket unhandled: 1 minute to the source's retention, or 7 days if that is
    /// less; null is three quarters of that, because a record that expires in the stream is gone without a trace.
    /// </summary>
    public Duration? MaximumAge { get; init; }

    /// <summary>Whether a failed batch is split in two, down to the record that fails.</summary>
    public bool Bisect { get; init; } = true;

    /// <summary>
    /// Whether the function names the record that failed, so that the ones before it are not repeated.
    /// </summary>
    public bool ReportBatchItemFailures { get; init; } = true;

    /// <summary>The bucket that keeps what failed, payload included; null makes one.</summary>
    public IBucket? Bucket { get; init; }

    /// <summary>Checks the options, and decides the maximum age.</summary>
    internal Duration AgeIn(IConstruct at, Duration? retention)
    {
        var known = retention is not null && !retention.IsUnresolved();
        var longest = known && retention!.ToSeconds() < _lambdaMaximum.ToSeconds() ? retention : _lambdaMaximum;
        Ensure.InRange(at, Retries, 0, 10_000);
        Ensure.InRange(at, MaximumAge, Duration.Minutes(1), longest);

        return MaximumAge ?? Duration.Seconds(longest.ToSeconds() * 3 / 4);
    }
}
