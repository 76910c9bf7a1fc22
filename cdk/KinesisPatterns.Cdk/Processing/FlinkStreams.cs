namespace KinesisPatterns.Cdk;

/// <summary>What Flink's connectors call of Kinesis.</summary>
internal static class FlinkStreams
{
    private static readonly string[] _read =
    [
        "kinesis:DescribeStream",
        "kinesis:DescribeStreamSummary",
        "kinesis:GetRecords",
        "kinesis:GetShardIterator",
        "kinesis:ListShards",
    ];

    public static Grant GrantRead(Role role, IStream stream)
    {
        var read = role.Allow(_read, stream.StreamArn);
        return stream.EncryptionKey is { } key ? read.Combine(key.GrantDecrypt(role)) : read;
    }

    public static Grant GrantWrite(Role role, IStream stream, string[] actions)
    {
        var write = role.Allow(actions, stream.StreamArn);
        return stream.EncryptionKey is { } key ? write.Combine(key.Grant(role, "kms:GenerateDataKey")) : write;
    }
}
