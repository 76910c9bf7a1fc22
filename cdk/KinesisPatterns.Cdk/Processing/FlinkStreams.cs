namespace KinesisPatterns.Cdk;

/// <summary>What Flink's connectors call of Kinesis, and of the keys of streams.</summary>
internal static class FlinkStreams
{
    public static Grant GrantRead(Role role, IStream stream, string[] actions)
    {
        var read = role.Allow(actions, stream.StreamArn);
        return stream.EncryptionKey is { } key ? read.Combine(key.GrantDecrypt(role)) : read;
    }

    public static Grant GrantWrite(Role role, IStream stream, string[] actions)
    {
        var write = role.Allow(actions, stream.StreamArn);
        return stream.EncryptionKey is { } key ? write.Combine(key.Grant(role, "kms:GenerateDataKey")) : write;
    }
}
