namespace KinesisPatterns.Local.Kinesis;

/// <summary>Is told of every record that a stream takes, before anybody can read it.</summary>
internal interface IStreamObserver
{
    /// <summary>A shard is about to take a record; the shard is locked meanwhile.</summary>
    void Stored(Shard shard, SequenceNumber number, ReadOnlySpan<byte> key);
}
