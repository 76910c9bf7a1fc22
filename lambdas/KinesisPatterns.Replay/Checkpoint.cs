namespace KinesisPatterns.Replay;

/// <summary>How far a replay is. What lies before it is in the table; what lies after it may be, too.</summary>
public sealed record Checkpoint
{
    /// <summary>The sequence number of a shard that is read to its end.</summary>
    public const string End = "end";

    /// <summary>Objects that were written before have been read (milliseconds since 1970); null before the archive was read once.</summary>
    public long? Since { get; set; }

    /// <summary>When the listing of the archive that is under way began; null between two.</summary>
    public long? ListingSince { get; set; }

    /// <summary>The last object of that listing that was read.</summary>
    public string? After { get; set; }

    /// <summary>Objects with events that came too early to be kept: they are read again.</summary>
    public HashSet<string> Again { get; init; } = new(StringComparer.Ordinal);

    /// <summary>The last record that was read, by shard, or <see cref="End"/>.</summary>
    public Dictionary<string, string> Shards { get; init; } = new(StringComparer.Ordinal);

    /// <summary>What was counted so far.</summary>
    public ReplayCounts Counts { get; set; } = new();
}

/// <summary>What a replay has done. After a resumption some of it is done, and counted, again.</summary>
public sealed record ReplayCounts
{
    /// <summary>Objects of the archive that were read.</summary>
    public long Objects { get; set; }

    /// <summary>Events that were read.</summary>
    public long Events { get; set; }

    /// <summary>Events that changed the table.</summary>
    public long Applied { get; set; }

    /// <summary>Events that the table had.</summary>
    public long Duplicates { get; set; }

    /// <summary>Lines and records that are no events.</summary>
    public long Malformed { get; set; }
}

/// <summary>Where checkpoints are kept.</summary>
public interface ICheckpoints
{
    /// <summary>The last one; null when the replay has not begun.</summary>
    Task<Checkpoint?> LoadAsync(CancellationToken cancellation);

    /// <summary>Keeps it in the place of the last one.</summary>
    Task SaveAsync(Checkpoint checkpoint, CancellationToken cancellation);
}
