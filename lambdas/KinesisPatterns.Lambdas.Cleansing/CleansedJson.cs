using System.Buffers;
using System.Text.Json;
using KinesisPatterns.Lambdas.Streams;

namespace KinesisPatterns.Lambdas.Cleansing;

/// <summary>The JSON of the streams "Cleansed" and "Rejected" (docs/time-series.md).</summary>
internal static class CleansedJson
{
    /// <summary>A device's metadata as the value of <c>tags</c>, written once.</summary>
    public static byte[] Tags(IReadOnlyDictionary<string, string> metadata)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in metadata)
            {
                writer.WriteString(name, value);
            }

            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    public static void Write(Utf8JsonWriter writer, in Reading reading, byte[]? tags)
    {
        writer.WriteStartObject();
        writer.WriteString("device"u8, reading.Device);
        writer.WriteString("metric"u8, reading.Metric);
        WriteTime(writer, "time"u8, reading.Time);
        writer.WriteNumber("value"u8, reading.Value);
        if (reading.Unit is not null)
        {
            writer.WriteString("unit"u8, reading.Unit);
        }

        if (tags is not null)
        {
            writer.WritePropertyName("tags"u8);
            writer.WriteRawValue(tags, skipInputValidation: true);
        }

        writer.WriteEndObject();
    }

    public static void WriteRejected(
        Utf8JsonWriter writer, Reason reason, string detail, in KinesisRecord record, in UserRecord user, in Reading reading)
    {
        writer.WriteStartObject();
        writer.WriteString("reason"u8, reason.Name());
        writer.WriteString("detail"u8, detail);
        if (System.Text.Unicode.Utf8.IsValid(user.Data.Span))
        {
            writer.WriteString("payload"u8, user.Data.Span);
            writer.WriteString("encoding"u8, "utf-8"u8);
        }
        else
        {
            writer.WriteBase64String("payload"u8, user.Data.Span);
            writer.WriteString("encoding"u8, "base64"u8);
        }

        if (reading.Device is not null)
        {
            writer.WriteString("device"u8, reading.Device);
        }

        if (reading.Metric is not null)
        {
            writer.WriteString("metric"u8, reading.Metric);
        }

        writer.WriteString("partitionKey"u8, user.PartitionKey.Span);
        writer.WriteString("shardId"u8, record.ShardId);
        writer.WriteString("sequenceNumber"u8, record.SequenceNumberUtf8.Span);
        writer.WriteNumber("subSequenceNumber"u8, user.SubSequenceNumber);
        WriteTime(writer, "arrival"u8, record.Arrival);
        writer.WriteEndObject();
    }

    private static void WriteTime(Utf8JsonWriter writer, ReadOnlySpan<byte> name, long time)
    {
        Span<byte> text = stackalloc byte[Timestamps.TextLength];
        Timestamps.Write(time, text);
        writer.WriteString(name, text);
    }
}
