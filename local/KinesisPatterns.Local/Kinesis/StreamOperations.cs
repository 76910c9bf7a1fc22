using System.Text.Json;

namespace KinesisPatterns.Local.Kinesis;

/// <summary>Operations that create, list, describe and delete streams.</summary>
internal static class StreamOperations
{
    public static void CreateStream(KinesisCall call)
    {
        var name = call.Text("StreamName");
        var mode = call.Structure("StreamModeDetails")?.Text("StreamMode");
        var shards = call.Number("ShardCount");
        new Constraints()
            .Name("StreamName", name)
            .Range("ShardCount", shards, 1, int.MaxValue)
            .OneOf("StreamModeDetails.streamMode", mode, "PROVISIONED", "ON_DEMAND")
            .Range("MaxRecordSizeInKiB", call.Number("MaxRecordSizeInKiB"), 1024, 10240)
            .Enforce();
        call.Authorize(call.Service.ArnOf(name!));
        if (mode == "ON_DEMAND" && shards is not null)
        {
            throw KinesisException.Validation("ShardCount cannot be set for an on-demand stream.");
        }

        if (mode != "ON_DEMAND" && shards is null)
        {
            throw KinesisException.Validation("ShardCount is required for a provisioned stream.");
        }

        if (shards > 10_000)
        {
            throw KinesisException.LimitExceeded(
                $"This request would exceed the shard limit for the account {call.Service.Options.AccountId}: 10000.");
        }

        AccountOperations.CheckRoom(call.Service, (int?)shards);

        if (mode != "ON_DEMAND" && call.Number("WarmThroughputMiBps") is not null)
        {
            throw KinesisException.Validation("WarmThroughputMiBps is for on-demand streams only.");
        }

        var stream = call.Service.CreateStream(name!, new()
        {
            Shards = (int?)shards,
            MaxRecordKiB = (int)(call.Number("MaxRecordSizeInKiB") ?? 1024),
            WarmThroughputMiBps = (int?)call.Number("WarmThroughputMiBps"),
        });
        TagOperations.Add(stream.Tags, call.Tags());
        lock (stream.Gate)
        {
            stream.Become("CREATING", () => { });
        }
    }

    public static void DeleteStream(KinesisCall call)
    {
        var stream = call.Stream();
        if (stream.Consumers.Count > 0 && call.Flag("EnforceConsumerDeletion") is not true)
        {
            throw KinesisException.InUse(
                $"Stream {stream.Title} has {stream.Consumers.Count} registered consumers: "
                + "deregister them or set EnforceConsumerDeletion.");
        }

        lock (stream.Gate)
        {
            if (stream.Status is "CREATING" or "DELETING")
            {
                stream.Active();
            }

            stream.Become("DELETING", () => call.Service.Remove(stream));
        }
    }

    public static void ListStreams(KinesisCall call)
    {
        var limit = call.Optional("Limit", 1, 10_000, 100);
        call.Authorize("*");
        var after = PageToken.Read(call.Text("NextToken"), "streams", call.Service.Now)
            ?? call.Text("ExclusiveStartStreamName") ?? "";
        var streams = call.Service.Streams.Where(s => string.CompareOrdinal(s.Name, after) > 0)
            .OrderBy(s => s.Name, StringComparer.Ordinal).Take(Math.Min(limit, 100) + 1).ToList();
        var page = streams.Take(Math.Min(limit, 100)).ToList();
        var hasMore = streams.Count > page.Count;

        var json = call.Response;
        json.WriteStartObject();
        json.WriteStrings("StreamNames", page.Select(s => s.Name));
        json.WriteBoolean("HasMoreStreams", hasMore);
        if (hasMore)
        {
            json.WriteString("NextToken", PageToken.Write("streams", page[^1].Name, call.Service.Now));
        }

        json.WriteStartArray("StreamSummaries");
        foreach (var stream in page)
        {
            json.WriteStartObject();
            WriteIdentity(json, stream);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    public static void DescribeStream(KinesisCall call)
    {
        var limit = Math.Min(100, call.Optional("Limit", 1, 10_000, 100));
        var stream = call.Stream();
        var after = call.Text("ExclusiveStartShardId") ?? "";
        var shards = stream.Shards.Where(s => stream.IsServing && string.CompareOrdinal(s.Id, after) > 0).ToList();

        var json = call.Response;
        json.WriteStartObject();
        json.WriteStartObject("StreamDescription");
        WriteIdentity(json, stream);
        json.WriteShards(shards.Take(limit));
        json.WriteBoolean("HasMoreShards", shards.Count > limit);
        WriteSettings(json, stream);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    public static void DescribeStreamSummary(KinesisCall call)
    {
        var stream = call.Stream();
        var json = call.Response;
        json.WriteStartObject();
        json.WriteStartObject("StreamDescriptionSummary");
        WriteIdentity(json, stream);
        WriteSettings(json, stream);
        json.WriteNumber("OpenShardCount", stream.IsServing ? stream.OpenShards.Count : 0);
        json.WriteNumber("ConsumerCount", stream.Consumers.Count);
        json.WriteNumber("MaxRecordSizeInKiB", stream.Settings.MaxRecordKiB);
        if (stream.Settings.WarmThroughputMiBps is { } warm)
        {
            json.WriteStartObject("WarmThroughput");
            json.WriteNumber("TargetMiBps", warm);
            json.WriteNumber("CurrentMiBps", warm);
            json.WriteEndObject();
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteIdentity(Utf8JsonWriter json, KinesisStream stream)
    {
        json.WriteString("StreamName", stream.Name);
        json.WriteString("StreamARN", stream.Arn);
        json.WriteString("StreamStatus", stream.Status);
        json.WriteMode(stream);
        json.WriteTime("StreamCreationTimestamp", stream.CreatedAt);
    }

    private static void WriteSettings(Utf8JsonWriter json, KinesisStream stream)
    {
        json.WriteNumber("RetentionPeriodHours", stream.Settings.RetentionHours);
        json.WriteStartArray("EnhancedMonitoring");
        json.WriteStartObject();
        json.WriteStrings("ShardLevelMetrics", stream.Settings.ShardLevelMetrics);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteString("EncryptionType", stream.IsEncrypted ? "KMS" : "NONE");
        if (stream.Settings.KeyId is { } key)
        {
            json.WriteString("KeyId", key);
        }
    }
}
