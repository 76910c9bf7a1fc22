using System.Globalization;

namespace KinesisPatterns.Local.Kinesis;

/// <summary>SplitShard, MergeShards and UpdateShardCount.</summary>
internal static class Resharding
{
    public static void SplitShard(KinesisCall call)
    {
        var shardId = call.Required("ShardToSplit");
        var text = call.Required("NewStartingHashKey");
        new Constraints().HashKey("NewStartingHashKey", text).Enforce();
        var stream = Provisioned(call.Stream());
        lock (stream.Gate)
        {
            stream.Active();
            var shard = Open(stream, shardId);
            if (!UInt128.TryParse(text, CultureInfo.InvariantCulture, out var key)
                || key <= shard.HashRange.Start + 1 || key >= shard.HashRange.End)
            {
                throw KinesisException.InvalidArgument(
                    $"NewStartingHashKey {text} used in SplitShard() on shard {shard.Id} in stream {stream.Title} "
                    + $"is not both greater than one plus the shard's StartingHashKey {shard.HashRange.Start} "
                    + $"and less than the shard's EndingHashKey {shard.HashRange.End}.");
            }

            stream.Become("UPDATING", () => Split(stream, shard, key));
        }
    }

    public static void MergeShards(KinesisCall call)
    {
        var lowId = call.Required("ShardToMerge");
        var highId = call.Required("AdjacentShardToMerge");
        var stream = Provisioned(call.Stream());
        lock (stream.Gate)
        {
            stream.Active();
            Existing(stream, highId);
            var (low, high) = (Open(stream, lowId), Open(stream, highId));
            if (low == high || high.HashRange.Start == 0 || low.HashRange.End != high.HashRange.Start - 1)
            {
                throw KinesisException.InvalidArgument(
                    $"Shards {lowId} and {highId} in stream {stream.Title} "
                    + "are not an adjacent pair of shards eligible for merging");
            }

            stream.Become("UPDATING", () => Merge(stream, low, high));
        }
    }

    public static void UpdateShardCount(KinesisCall call)
    {
        var target = call.Required("TargetShardCount", 1, int.MaxValue);
        var scaling = call.Required("ScalingType");
        new Constraints().OneOf("ScalingType", scaling, "UNIFORM_SCALING").Enforce();
        var stream = Provisioned(call.Stream());
        lock (stream.Gate)
        {
            stream.Active();
            var current = stream.OpenShards.Count;
            CheckTarget(stream, current, target, call.Service.Options.Time.GetUtcNow());
            stream.Become("UPDATING", () => Scale(stream, target));

            call.Response.WriteStartObject();
            call.Response.WriteString("StreamName", stream.Name);
            call.Response.WriteNumber("CurrentShardCount", current);
            call.Response.WriteNumber("TargetShardCount", target);
            call.Response.WriteString("StreamARN", stream.Arn);
            call.Response.WriteEndObject();
        }
    }

    private static void CheckTarget(KinesisStream stream, int current, int target, DateTimeOffset now)
    {
        // https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateShardCount.html
        if (target > 10_000 || target > current * 2L || target * 2L < current)
        {
            var reason = string.Create(CultureInfo.InvariantCulture,
                $"Cannot scale from {current} to {target} shards: at most double, at least half, and at most 10000.");
            throw target > current ? KinesisException.LimitExceeded(reason) : KinesisException.InvalidArgument(reason);
        }

        stream.ShardCountUpdates.Take(now);
    }

    // Cut at every border of the target, then join what lies between two of them.
    internal static void Scale(KinesisStream stream, int target)
    {
        foreach (var range in HashRange.Uniform(target))
        {
            var owner = stream.OpenShards.First(s => s.HashRange.Contains(range.Start));
            if (owner.HashRange.Start != range.Start)
            {
                Split(stream, owner, range.Start);
            }
        }

        foreach (var range in HashRange.Uniform(target))
        {
            while (stream.OpenShards.Where(s => s.HashRange.Overlaps(range)).Take(2).ToList() is [var low, var high])
            {
                Merge(stream, low, high);
            }
        }
    }

    internal static void Split(KinesisStream stream, Shard shard, UInt128 key) => stream.Replace(
        [shard],
        [
            Child(stream, 0, new(shard.HashRange.Start, key - 1), shard),
            Child(stream, 1, new(key, shard.HashRange.End), shard),
        ]);

    internal static void Merge(KinesisStream stream, Shard low, Shard high) => stream.Replace(
        [low, high], [Child(stream, 0, new(low.HashRange.Start, high.HashRange.End), low, high)]);

    // A child is a second younger than its parents at least, so that its sequence numbers are above theirs.
    private static Shard Child(KinesisStream stream, int offset, HashRange range, params Shard[] parents) => new(
        stream, stream.NextShardIndex + offset, range,
        Math.Max(stream.Now / 1000, parents.Max(p => p.CreatedSecond) + 1), parents);

    private static KinesisStream Provisioned(KinesisStream stream) => stream.Mode == "PROVISIONED"
        ? stream
        : throw KinesisException.Validation(
            $"Request is invalid. Stream {stream.Title} is in On-Demand mode.");

    private static Shard Open(KinesisStream stream, string shardId)
    {
        var shard = Existing(stream, shardId);
        return shard.IsClosed
            ? throw KinesisException.InvalidArgument(
                $"Shard {shardId} in stream {stream.Title} has already been merged or split, "
                + "and thus is not eligible for merging or splitting.")
            : shard;
    }

    private static Shard Existing(KinesisStream stream, string shardId) => stream.FindShard(shardId)
        ?? throw KinesisException.NotFound($"Could not find shard {shardId} in stream {stream.Title}.");
}
