namespace KinesisPatterns.Local.Kinesis;

/// <summary>Where reading of a shard starts.</summary>
internal enum ShardPositionType
{
    /// <summary>At the oldest record that is still there.</summary>
    TrimHorizon,

    /// <summary>After the newest record.</summary>
    Latest,

    /// <summary>At the first record that arrived at a time or later.</summary>
    AtTimestamp,

    /// <summary>At a record.</summary>
    AtSequenceNumber,

    /// <summary>Right after a record.</summary>
    AfterSequenceNumber,
}

/// <summary>A place in a shard.</summary>
internal readonly record struct ShardPosition(
    ShardPositionType Type, DateTimeOffset Timestamp = default, SequenceNumber Number = default)
{
    /// <summary>The oldest record that is still there.</summary>
    public static ShardPosition TrimHorizon => new(ShardPositionType.TrimHorizon);

    /// <summary>After the newest record.</summary>
    public static ShardPosition Latest => new(ShardPositionType.Latest);

    /// <summary>The first record that arrived at a time or later.</summary>
    public static ShardPosition At(DateTimeOffset time) => new(ShardPositionType.AtTimestamp, Timestamp: time);

    /// <summary>A record.</summary>
    public static ShardPosition At(SequenceNumber number) => new(ShardPositionType.AtSequenceNumber, Number: number);

    /// <summary>Right after a record.</summary>
    public static ShardPosition After(SequenceNumber number) =>
        new(ShardPositionType.AfterSequenceNumber, Number: number);

    /// <summary>The counter to start at.</summary>
    internal long CounterIn(Shard shard) => Type switch
    {
        ShardPositionType.TrimHorizon => shard.CounterAt(shard.Stream.Horizon),
        ShardPositionType.Latest => shard.NextCounter,
        ShardPositionType.AtTimestamp => shard.CounterAt(Timestamp.ToUnixTimeMilliseconds()),
        ShardPositionType.AtSequenceNumber => Number.Counter,
        _ => Math.Min(Number.Counter, long.MaxValue - 1) + 1,
    };
}
