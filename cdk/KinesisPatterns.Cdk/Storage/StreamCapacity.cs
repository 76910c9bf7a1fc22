namespace KinesisPatterns.Cdk;

/// <summary>How a <see cref="DataStream"/> gets its throughput, and is billed.</summary>
/// <remarks>https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html</remarks>
public sealed record StreamCapacity
{
    private StreamCapacity()
    {
    }

    internal int? Shards { get; private init; }

    internal int? WarmThroughputMiBps { get; private init; }

    internal int MaximumConsumers { get; private init; } = 20;

    /// <summary>Kinesis scales the stream with its traffic; at most 20 fan-out consumers.</summary>
    public static StreamCapacity OnDemand() => new();

    /// <summary>On demand in an account that committed to the minimum throughput of On-demand Advantage.</summary>
    /// <remarks>
    /// The commitment is a setting of the whole account and not made here; without it the deployment fails.
    /// </remarks>
    /// <param name="warmThroughputMiBps">Write throughput ready before traffic comes: 1 to 10,240 MiB/s; null for
    /// none.</param>
    /// <returns>A capacity that allows warm throughput and 50 fan-out consumers.</returns>
    public static StreamCapacity OnDemandAdvantage(int? warmThroughputMiBps = null) =>
        new() { WarmThroughputMiBps = warmThroughputMiBps, MaximumConsumers = 50 };

    /// <summary>
    /// A fixed number of shards, 1 MiB/s or 1,000 records/s in and 2 MiB/s out each; at most 20 fan-out consumers.
    /// </summary>
    public static StreamCapacity Provisioned(int shards) => new() { Shards = shards };

    internal void EnsureValid(IConstruct at)
    {
        Ensure.That(Shards is null or >= 1, at, "Shards of at least 1", $"{Shards}");
        Ensure.InRange(at, WarmThroughputMiBps, 1, 10_240);
    }
}
