using System.Globalization;

namespace KinesisPatterns.Local.Kinesis;

/// <summary>A registered consumer of a stream with enhanced fan-out.</summary>
internal sealed class StreamConsumer(KinesisStream stream, string name, DateTimeOffset createdAt)
{
    /// <summary>The name within the stream.</summary>
    public string Name { get; } = name;

    /// <summary>The ARN; it holds the second of creation, so a consumer created again has another one.</summary>
    public string Arn { get; } = string.Create(
        CultureInfo.InvariantCulture, $"{stream.Arn}/consumer/{name}:{createdAt.ToUnixTimeSeconds()}");

    /// <summary>The stream it reads.</summary>
    public KinesisStream Stream { get; } = stream;

    /// <summary>When it was registered.</summary>
    public DateTimeOffset CreatedAt { get; } = createdAt;

    internal Dictionary<string, string> Tags { get; } = [];
}
