using KinesisPatterns.Local.Kinesis;

namespace KinesisPatterns.Local.Iam;

/// <summary>What a delivery stream's role needs to read its source.</summary>
/// <remarks>https://docs.aws.amazon.com/firehose/latest/dev/controlling-access.html</remarks>
internal static class FirehoseRights
{
    private static readonly string[] Finding = ["kinesis:ListShards", "kinesis:GetShardIterator"];

    /// <summary>Why the role may not read the stream; null when it may, or when permissions are not enforced.</summary>
    public static string? ReadRefusal(Caller? role, KinesisStream source) => role is null ? null
        : Finding.Select(action => role.Refusal(action, source.Arn)).FirstOrDefault(refusal => refusal is not null) ?? KinesisRights.ReadRefusal(role, source);
}
