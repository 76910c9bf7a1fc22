using System.Collections.Concurrent;
using System.Globalization;

namespace KinesisPatterns.Local.Kinesis;

/// <summary>A registered consumer of a stream with enhanced fan-out.</summary>
internal sealed class StreamConsumer(KinesisStream stream, string name, DateTimeOffset createdAt, DateTimeOffset activeAt)
{
    private readonly ConcurrentDictionary<Shard, ConsumerThroughput> _throughputs = new();

    /// <summary>The name within the stream.</summary>
    public string Name { get; } = name;

    /// <summary>The ARN; it holds the second of creation, so a consumer created again has another one.</summary>
    public string Arn { get; } = string.Create(
        CultureInfo.InvariantCulture, $"{stream.Arn}/consumer/{name}:{createdAt.ToUnixTimeSeconds()}");

    /// <summary>The stream it reads.</summary>
    public KinesisStream Stream { get; } = stream;

    /// <summary>When it was registered.</summary>
    public DateTimeOffset CreatedAt { get; } = createdAt;

    /// <summary>CREATING or ACTIVE.</summary>
    public string Status => DateTimeOffset.FromUnixTimeMilliseconds(Stream.Now) < activeAt ? "CREATING" : "ACTIVE";

    /// <summary>The consumer's own throughput of a shard; null without quotas.</summary>
    internal IReadThroughput? Throughput(Shard shard) => Stream.EnforcesQuotas ? _throughputs.GetOrAdd(shard, _ => new()) : null;

    internal Dictionary<string, string> Tags { get; } = [];
}
