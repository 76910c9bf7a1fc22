namespace KinesisPatterns.Cdk;

/// <summary>Where in the stream a reader starts.</summary>
public sealed record StartFrom
{
    private StartFrom(StartingPosition position) => Position = position;

    /// <summary>The oldest record still kept, so that none is missed.</summary>
    public static StartFrom Oldest { get; } = new(StartingPosition.TRIM_HORIZON);

    /// <summary>What arrives from some minutes after the deployment on: records put meanwhile may be missed.</summary>
    public static StartFrom Latest { get; } = new(StartingPosition.LATEST);

    internal StartingPosition Position { get; }

    internal double? Timestamp { get; private init; }

    /// <summary>The first record that arrived at <paramref name="time"/> or later.</summary>
    public static StartFrom At(DateTimeOffset time) =>
        new(StartingPosition.AT_TIMESTAMP) { Timestamp = time.ToUnixTimeMilliseconds() / 1000.0 };
}
