namespace KinesisPatterns.Cdk;

/// <summary>How often a Flink job saves its state, against failures.</summary>
/// <remarks>https://docs.aws.amazon.com/managed-flink/latest/java/how-fault.html</remarks>
public sealed record FlinkCheckpoints
{
    /// <summary>The time from one checkpoint to the next: 1 second or more.</summary>
    public Duration Interval { get; init; } = Duration.Minutes(1);

    /// <summary>The least time between the end of one checkpoint and the start of the next.</summary>
    public Duration MinimumPause { get; init; } = Duration.Seconds(5);

    internal void EnsureValid(IConstruct at)
    {
        Ensure.InRange(at, Interval, Duration.Seconds(1), Duration.Days(1));
        Ensure.InRange(at, MinimumPause, Duration.Seconds(0), Duration.Days(1));
    }
}
