using System.Globalization;
using KinesisPatterns.Local.Kinesis;

namespace KinesisPatterns.Local.State;

/// <summary>A stream as it is kept: everything but its records.</summary>
internal sealed record StoredStream
{
    public required string Name { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required StreamSettings Settings { get; init; }

    public required string Mode { get; init; }

    public required int NextShardIndex { get; init; }

    public required IReadOnlyList<StoredShard> Shards { get; init; }

    public required IReadOnlyList<StoredConsumer> Consumers { get; init; }

    public required Dictionary<string, string> Tags { get; init; }
}

/// <summary>A shard as it is kept; hash keys as decimal numbers, parents by their numbers.</summary>
internal sealed record StoredShard(int Index, string Start, string End, long CreatedSecond, IReadOnlyList<int> Parents, long? ClosedAt);

/// <summary>A consumer as it is kept.</summary>
internal sealed record StoredConsumer(string Name, DateTimeOffset CreatedAt, Dictionary<string, string> Tags);

/// <summary>Streams on disk: a small file for what a stream is, and a log of records for each of its shards.</summary>
internal sealed class StreamStore(HostState state)
{
    private const string Description = "stream.json";

    /// <summary>The streams that are kept here.</summary>
    public IEnumerable<StoredStream> Load()
    {
        var folder = state.PathOf("streams");
        return Directory.Exists(folder)
            ? [.. Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal)
                .Select(d => HostState.Load<StoredStream>(Path.Combine(d, Description))).OfType<StoredStream>()]
            : [];
    }

    public void Save(StoredStream stream) => state.Save(Path.Combine(FolderOf(stream.Name), Description), stream);

    public ShardLog Create(Shard shard)
    {
        Remove(shard);
        return ShardLog.Create(state, FolderOf(shard));
    }

    public ShardLog Open(Shard shard, StoredRecord record) => ShardLog.Open(state, FolderOf(shard), record);

    public void Remove(Shard shard)
    {
        if (Directory.Exists(FolderOf(shard)))
        {
            Directory.Delete(FolderOf(shard), recursive: true);
        }
    }

    public void Remove(KinesisStream stream)
    {
        // The description first: what has none is no stream.
        File.Delete(Path.Combine(FolderOf(stream.Name), Description));
        Directory.Delete(FolderOf(stream.Name), recursive: true);
    }

    /// <summary>What is to be kept of a stream, with shards that are about to be added or closed.</summary>
    public static StoredStream Describe(KinesisStream stream, IReadOnlyCollection<Shard> closing, IReadOnlyCollection<Shard> added, long now) => new()
    {
        Name = stream.Name,
        CreatedAt = stream.CreatedAt,
        Settings = stream.Settings,
        Mode = stream.Mode,
        NextShardIndex = stream.NextShardIndex + added.Count,
        Shards = [.. stream.Shards.Concat(added).Select(shard => new StoredShard(
            shard.Index,
            shard.HashRange.Start.ToString(CultureInfo.InvariantCulture),
            shard.HashRange.End.ToString(CultureInfo.InvariantCulture),
            shard.CreatedSecond,
            [.. shard.Parents.Select(p => p.Index)],
            closing.Contains(shard) ? now : shard.ClosedAt))],
        Consumers = [.. stream.Consumers.Select(c => new StoredConsumer(c.Name, c.CreatedAt, c.Tags))],
        Tags = stream.Tags,
    };

    private string FolderOf(Shard shard) => Path.Combine(FolderOf(shard.Stream.Name), shard.Id);

    private string FolderOf(string stream) => state.PathOf("streams", stream);
}
