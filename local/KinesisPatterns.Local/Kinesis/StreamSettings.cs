namespace KinesisPatterns.Local.Kinesis;

/// <summary>What a stream is created with.</summary>
internal sealed record StreamSettings
{
    /// <summary>Shards of a provisioned stream; null makes it an on-demand stream, which starts with four.</summary>
    public int? Shards { get; init; }

    /// <summary>Hours that records stay readable: 24 to 8,760.</summary>
    public int RetentionHours { get; init; } = 24;

    /// <summary>Largest record, data and partition key together, in KiB: 1,024 to 10,240.</summary>
    public int MaxRecordKiB { get; init; } = 1024;

    /// <summary>The KMS key that encrypts records; null leaves them unencrypted.</summary>
    public string? KeyId { get; init; }

    /// <summary>Throughput an on-demand stream is warmed up for, in MiB/s.</summary>
    public int? WarmThroughputMiBps { get; init; }

    /// <summary>Names of the shard-level metrics that are on.</summary>
    public IReadOnlyList<string> ShardLevelMetrics { get; init; } = [];

    /// <summary>Tags of the stream.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();
}
