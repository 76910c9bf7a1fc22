namespace KinesisPatterns.Cdk;

/// <summary>A metric that CloudWatch can keep per shard, at extra cost.</summary>
/// <remarks>https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html</remarks>
public enum ShardMetric
{
    /// <summary>Bytes put into the shard.</summary>
    IncomingBytes,

    /// <summary>Records put into the shard.</summary>
    IncomingRecords,

    /// <summary>Age of the last record read from the shard.</summary>
    IteratorAgeMilliseconds,

    /// <summary>Bytes read from the shard.</summary>
    OutgoingBytes,

    /// <summary>Records read from the shard.</summary>
    OutgoingRecords,

    /// <summary>Reads that were throttled.</summary>
    ReadProvisionedThroughputExceeded,

    /// <summary>Writes that were throttled.</summary>
    WriteProvisionedThroughputExceeded,
}
