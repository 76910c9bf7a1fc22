using KinesisPatterns.Local.Kinesis;

namespace KinesisPatterns.Local.Faults;

/// <summary>Reshards streams, as an operator or Kinesis itself does while records come and go.</summary>
internal static class StreamFaults
{
    private const int MostShards = 12;

    /// <summary>Splits a shard, merges two, or scales to another number of shards; says what it did, null when nothing can be done.</summary>
    public static string? Reshard(KinesisStream stream, FaultDraw draw)
    {
        lock (stream.Gate)
        {
            if (stream.IsDeleted)
            {
                return null;
            }

            var open = stream.OpenShards;
            var choice = draw.Below(3, 2);
            if (choice == 0 && open.Count > 1)
            {
                var at = draw.Below(open.Count - 1, 3);
                var (low, high) = (open[at], open[at + 1]);
                Resharding.Merge(stream, low, high);
                return $"{low.Id} and {high.Id} of {stream.Name} merged";
            }

            if (choice == 1 && open.Count is > 1 and <= MostShards / 2)
            {
                var target = open.Count + 1 + draw.Below(open.Count, 4);
                Resharding.Scale(stream, target);
                return $"{stream.Name} scaled to {target} shards";
            }

            var shard = open[draw.Below(open.Count, 5)];
            var half = (shard.HashRange.End - shard.HashRange.Start) / 2;
            if (open.Count >= MostShards || half < 2)
            {
                return null;
            }

            Resharding.Split(stream, shard, shard.HashRange.Start + half);
            return $"{shard.Id} of {stream.Name} split";
        }
    }
}
