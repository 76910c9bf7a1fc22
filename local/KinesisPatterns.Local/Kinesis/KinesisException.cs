namespace KinesisPatterns.Local.Kinesis;

/// <summary>An error that the Kinesis API answers with: its code, its text and its HTTP status.</summary>
internal sealed class KinesisException(string code, string message, int status = 400) : Exception(message)
{
    /// <summary>The code in <c>__type</c>.</summary>
    public string Code { get; } = code;

    /// <summary>The HTTP status of the answer.</summary>
    public int Status { get; } = status;

    public static KinesisException InvalidArgument(string message) => new("InvalidArgumentException", message);

    public static KinesisException Validation(string message) => new("ValidationException", message);

    public static KinesisException InUse(string message) => new("ResourceInUseException", message);

    public static KinesisException LimitExceeded(string message) => new("LimitExceededException", message);

    public static KinesisException NotFound(string message) => new("ResourceNotFoundException", message);

    public static KinesisException Throttled(string message) => new("ProvisionedThroughputExceededException", message);

    public static KinesisException Serialization(string message) => new("SerializationException", message);

    public static KinesisException ShardNotFound(string shardId, KinesisStream stream) =>
        NotFound($"Shard {shardId} in stream {stream.Title} does not exist");

    public static KinesisException RateExceeded(Shard shard) => Throttled(RateExceededText(shard));

    public static string RateExceededText(Shard shard) =>
        $"Rate exceeded for shard {shard.Id} in stream {shard.Stream.Title}.";
}
