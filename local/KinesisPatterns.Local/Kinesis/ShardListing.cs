using System.Globalization;

namespace KinesisPatterns.Local.Kinesis;

/// <summary>ListShards with its filters and pages.</summary>
/// <remarks>https://docs.aws.amazon.com/kinesis/latest/APIReference/API_ListShards.html</remarks>
internal static class ShardListing
{
    private const int LargestPage = 1000;

    public static void ListShards(KinesisCall call)
    {
        var most = Math.Min(LargestPage, call.Optional("MaxResults", 1, 10_000, LargestPage));
        var filter = call.Structure("ShardFilter");
        var (stream, after, filterText) = Start(call, filter);
        if (!stream.IsServing)
        {
            stream.Active();
        }

        var listed = Filtered(stream, filterText)
            .Where(s => string.CompareOrdinal(s.Id, after) > 0).Take(most + 1).ToList();

        call.Response.WriteStartObject();
        call.Response.WriteShards(listed.Take(most));
        if (listed.Count > most)
        {
            call.Response.WriteString("NextToken", PageToken.Write(
                "shards", $"{stream.Name}\t{listed[most - 1].Id}\t{filterText}", call.Service.Now));
        }

        call.Response.WriteEndObject();
    }

    private static (KinesisStream Stream, string After, string Filter) Start(KinesisCall call, KinesisCall? filter)
    {
        if (PageToken.Read(call.Text("NextToken"), "shards", call.Service.Now) is { } position)
        {
            foreach (var other in new[] { "StreamName", "StreamARN", "ExclusiveStartShardId" })
            {
                if (call.Text(other) is not null)
                {
                    throw KinesisException.InvalidArgument($"NextToken and {other} cannot be provided together.");
                }
            }

            if (call.Time("StreamCreationTimestamp") is not null)
            {
                throw KinesisException.InvalidArgument(
                    "NextToken and StreamCreationTimestamp cannot be provided together.");
            }

            var parts = position.Split('\t');
            return (call.StreamOf(parts[0], null), parts[1], parts[2]);
        }

        var stream = call.Stream();
        if (call.Time("StreamCreationTimestamp") is { } created
            && created.ToUnixTimeSeconds() != stream.CreatedAt.ToUnixTimeSeconds())
        {
            throw KinesisException.NotFound($"Stream {stream.Name} was not created at that time.");
        }

        return (stream, call.Text("ExclusiveStartShardId") ?? "", Text(filter));
    }

    // A page token has to carry the filter, too.
    private static string Text(KinesisCall? filter)
    {
        if (filter is null)
        {
            return "FROM_TRIM_HORIZON";
        }

        var type = filter.Required("Type");
        new Constraints().OneOf("ShardFilter.type", type, "AFTER_SHARD_ID", "AT_TRIM_HORIZON", "FROM_TRIM_HORIZON",
            "AT_LATEST", "AT_TIMESTAMP", "FROM_TIMESTAMP").Enforce();
        var value = type switch
        {
            "AFTER_SHARD_ID" => filter.Text("ShardId")
                ?? throw KinesisException.InvalidArgument("ShardId is required for the filter AFTER_SHARD_ID."),
            "AT_TIMESTAMP" or "FROM_TIMESTAMP" => (filter.Time("Timestamp")
                ?? throw KinesisException.InvalidArgument($"Timestamp is required for the filter {type}."))
                .ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
            _ => "",
        };
        return $"{type}:{value}";
    }

    private static IEnumerable<Shard> Filtered(KinesisStream stream, string filter)
    {
        var (type, value) = filter.Split(':') is [var name, var text] ? (name, text) : (filter, "");
        return type switch
        {
            "AFTER_SHARD_ID" => stream.Shards.Where(s => string.CompareOrdinal(s.Id, value) > 0),
            "AT_LATEST" => stream.Shards.Where(s => !s.IsClosed),
            "AT_TRIM_HORIZON" => stream.Shards.Where(
                s => IsOpenAt(s, stream.Horizon) || Opened(s) <= stream.CreatedAt.ToUnixTimeMilliseconds()),
            "AT_TIMESTAMP" => stream.Shards.Where(s => IsOpenAt(s, Time())),
            "FROM_TIMESTAMP" => stream.Shards.Where(s => s.ClosedAt is null || s.ClosedAt >= Time()),
            _ => stream.Shards,
        };

        long Time() => long.Parse(value, CultureInfo.InvariantCulture);
    }

    private static bool IsOpenAt(Shard shard, long time) =>
        Opened(shard) <= time && (shard.ClosedAt is null || shard.ClosedAt >= time);

    private static long Opened(Shard shard) => shard.Parents.Count == 0
        ? shard.Stream.CreatedAt.ToUnixTimeMilliseconds()
        : shard.Parents.Max(p => p.ClosedAt ?? 0);
}
