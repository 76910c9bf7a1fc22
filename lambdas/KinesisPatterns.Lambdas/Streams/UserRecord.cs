namespace KinesisPatterns.Lambdas.Streams;

/// <summary>What a producer put: a record, or one of those that the Kinesis Producer Library packed into a record.</summary>
/// <param name="PartitionKey">The producer's own key, as UTF-8.</param>
/// <param name="Data">The payload.</param>
/// <param name="SubSequenceNumber">Its place in the record, from 0.</param>
public readonly record struct UserRecord(ReadOnlyMemory<byte> PartitionKey, ReadOnlyMemory<byte> Data, int SubSequenceNumber);
