using KinesisPatterns.Local.Kinesis;

namespace KinesisPatterns.Local.Iam;

/// <summary>What a delivery stream's role needs to read its source.</summary>
/// <remarks>https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html</remarks>
internal static class FirehoseRights
{
    /// <summary>Why the role may not read the stream; null when it may, or when permissions are not enforced.</summary>
    public static string? ReadRefusal(Caller? role, KinesisStream source) => role is null ? null : KinesisRights.ConsumerRefusal(role, source);
}
