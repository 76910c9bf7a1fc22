using System.Globalization;
using System.Text.Json;

namespace KinesisPatterns.Local.Kinesis;

/// <summary>The shapes that several answers share.</summary>
internal static class JsonResponses
{
    public static void WriteTime(this Utf8JsonWriter json, string name, DateTimeOffset time)
    {
        var (seconds, milliseconds) = Math.DivRem(time.ToUnixTimeMilliseconds(), 1000);
        json.WritePropertyName(name);
        json.WriteRawValue(string.Create(CultureInfo.InvariantCulture, $"{seconds}.{milliseconds:D3}"));
    }

    public static void WriteHashRange(this Utf8JsonWriter json, HashRange range)
    {
        json.WriteStartObject("HashKeyRange");
        json.WriteString("StartingHashKey", range.Start.ToString(CultureInfo.InvariantCulture));
        json.WriteString("EndingHashKey", range.End.ToString(CultureInfo.InvariantCulture));
        json.WriteEndObject();
    }

    public static void WriteShards(this Utf8JsonWriter json, IEnumerable<Shard> shards)
    {
        json.WriteStartArray("Shards");
        foreach (var shard in shards)
        {
            json.WriteStartObject();
            json.WriteString("ShardId", shard.Id);
            if (shard.Parents.Count > 0)
            {
                json.WriteString("ParentShardId", shard.Parents[0].Id);
            }

            if (shard.Parents.Count > 1)
            {
                json.WriteString("AdjacentParentShardId", shard.Parents[1].Id);
            }

            json.WriteHashRange(shard.HashRange);
            json.WriteStartObject("SequenceNumberRange");
            json.WriteString("StartingSequenceNumber", shard.StartingSequenceNumber.ToString());
            if (shard.EndingSequenceNumber is { } ending)
            {
                json.WriteString("EndingSequenceNumber", ending.ToString());
            }

            json.WriteEndObject();
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static void WriteChildShards(this Utf8JsonWriter json, Shard shard)
    {
        json.WriteStartArray("ChildShards");
        foreach (var child in shard.Children)
        {
            json.WriteStartObject();
            json.WriteString("ShardId", child.Id);
            json.WriteStartArray("ParentShards");
            foreach (var parent in child.Parents)
            {
                json.WriteStringValue(parent.Id);
            }

            json.WriteEndArray();
            json.WriteHashRange(child.HashRange);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    public static void WriteStrings(this Utf8JsonWriter json, string name, IEnumerable<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
        {
            json.WriteStringValue(value);
        }

        json.WriteEndArray();
    }

    public static void WriteMode(this Utf8JsonWriter json, KinesisStream stream)
    {
        json.WriteStartObject("StreamModeDetails");
        json.WriteString("StreamMode", stream.Mode);
        json.WriteEndObject();
    }
}
