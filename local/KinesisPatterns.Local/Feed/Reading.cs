using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace KinesisPatterns.Local.Feed;

/// <summary>What identifies a reading wherever it ends.</summary>
internal readonly record struct ReadingKey(string Device, string Metric, long Milliseconds)
{
    /// <summary>The key of a reading in JSON, or null when there is none to be read.</summary>
    public static ReadingKey? Of(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            using var document = JsonDocument.ParseValue(ref reader);
            var root = document.RootElement;
            return root.ValueKind == JsonValueKind.Object
                && root.TryGetProperty("device", out var device) && device.ValueKind == JsonValueKind.String
                && root.TryGetProperty("metric", out var metric) && metric.ValueKind == JsonValueKind.String
                && root.TryGetProperty("time", out var time) && Milliseconds1970(time) is { } milliseconds
                    ? new(device.GetString()!, metric.GetString()!, milliseconds)
                    : null;
        }
        catch (JsonException)
        {
            // What is no JSON has no key; it is followed by its sequence number alone.
            return null;
        }
    }

    private static long? Milliseconds1970(JsonElement time) => time.ValueKind switch
    {
        JsonValueKind.Number when time.TryGetInt64(out var milliseconds) => milliseconds,
        JsonValueKind.String when DateTimeOffset.TryParse(
            time.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) => at.ToUnixTimeMilliseconds(),
        _ => null,
    };
}

/// <summary>A record to be put: its bytes, and the readings inside in their order (null: one that cannot be read).</summary>
internal sealed record FedRecord(string PartitionKey, ReadOnlyMemory<byte> Data, IReadOnlyList<ReadingKey?> Readings)
{
    /// <summary>A record with something else than readings in it.</summary>
    public FedRecord(string partitionKey, ReadOnlyMemory<byte> data) : this(partitionKey, data, [])
    {
    }
}

/// <summary>Writes readings as devices would send them.</summary>
internal static class ReadingJson
{
    public static byte[] Of(string device, string metric, string time, double value, string? unit)
    {
        var buffer = new ArrayBufferWriter<byte>(160);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("device", device);
            writer.WriteString("metric", metric);
            writer.WriteString("time", time);
            writer.WriteNumber("value", value);
            if (unit is not null)
            {
                writer.WriteString("unit", unit);
            }

            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    public static string Iso(long milliseconds) =>
        DateTimeOffset.FromUnixTimeMilliseconds(milliseconds).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
