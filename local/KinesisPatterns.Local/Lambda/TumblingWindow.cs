namespace KinesisPatterns.Local.Lambda;

/// <summary>A window of time in a shard, with the state that the function handed back last.</summary>
/// <remarks>https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html</remarks>
internal sealed class TumblingWindow(DateTimeOffset start, int seconds, string shardId)
{
    private static readonly byte[] _empty = "{}"u8.ToArray();

    public DateTimeOffset Start { get; } = start;

    public DateTimeOffset End { get; } = start.AddSeconds(seconds);

    public string ShardId { get; } = shardId;

    /// <summary>The state as JSON.</summary>
    public ReadOnlyMemory<byte> State { get; set; } = _empty;

    /// <summary>Whether the state is above what Lambda keeps, which ends the window early.</summary>
    public bool IsTooLarge => State.Length > LambdaLimits.WindowState;

    /// <summary>The window of an arrival time: its start is a multiple of its length since the epoch.</summary>
    public static TumblingWindow At(long milliseconds, int seconds, string shardId) => new(
        DateTimeOffset.FromUnixTimeMilliseconds(milliseconds - (milliseconds % (seconds * 1000L))), seconds, shardId);

    public bool Contains(long milliseconds) =>
        milliseconds >= Start.ToUnixTimeMilliseconds() && milliseconds < End.ToUnixTimeMilliseconds();

    public void Reset() => State = _empty;
}
