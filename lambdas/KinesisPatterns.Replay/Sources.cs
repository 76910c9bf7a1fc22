namespace KinesisPatterns.Replay;

/// <summary>An object of the archive.</summary>
/// <param name="Key">Its key; keys sort by the hour in which events arrived.</param>
/// <param name="Modified">When it was written.</param>
public sealed record ArchiveObject(string Key, DateTimeOffset Modified);

/// <summary>The archive of events: objects with an event a line.</summary>
public interface IEventArchive
{
    /// <summary>The objects by key, those after <paramref name="after"/> only.</summary>
    IAsyncEnumerable<ArchiveObject> ListAsync(string? after, CancellationToken cancellation);

    /// <summary>The lines of an object.</summary>
    IAsyncEnumerable<string> ReadAsync(string key, CancellationToken cancellation);
}

/// <summary>A shard of the stream.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Parents">The shards whose records come before its own.</param>
public sealed record EventShard(string Id, IReadOnlyList<string> Parents);

/// <summary>Events of a shard.</summary>
/// <param name="Events">Their payloads.</param>
/// <param name="Last">The sequence number up to which they go; null when nothing was read.</param>
/// <param name="IsEnd">Whether the shard is closed and read to its end.</param>
/// <param name="IsTip">Whether they are all there were when they were asked for.</param>
public sealed record EventPage(IReadOnlyList<ReadOnlyMemory<byte>> Events, string? Last, bool IsEnd, bool IsTip);

/// <summary>The stream of events, as far as it is retained.</summary>
public interface IEventStream
{
    /// <summary>All shards that hold events.</summary>
    Task<IReadOnlyList<EventShard>> ShardsAsync(CancellationToken cancellation);

    /// <summary>What comes after a sequence number, or from the oldest record on.</summary>
    Task<EventPage> ReadAsync(string shard, string? after, CancellationToken cancellation);
}
