using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json;
using KinesisPatterns.Local.Kinesis;

namespace KinesisPatterns.Local.Lambda;

/// <summary>Writes the event that a function gets.</summary>
/// <remarks>https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html</remarks>
internal static class EventWriter
{
    /// <summary>Bytes of an event without records, those of a window included.</summary>
    public const int FixedBytes = 512;

    private static readonly int _template = Encoding.UTF8.GetByteCount(
        """
        {"kinesis":{"kinesisSchemaVersion":"1.0","partitionKey":"","sequenceNumber":"","data":"",
        "approximateArrivalTimestamp":1545084650.987},"eventSource":"aws:kinesis","eventVersion":"1.0",
        "eventID":"shardId-000000000000:","eventName":"aws:kinesis:record","invokeIdentityArn":"","awsRegion":"",
        "eventSourceARN":""},
        """)
        + (2 * SequenceNumber.Digits);

    /// <summary>Bytes that a record takes in the event.</summary>
    public static int BytesOf(in KinesisRecord record, EventSourceMapping mapping) => _template
        + record.PartitionKeyUtf8.Length + Base64.GetMaxEncodedToUtf8Length(record.Data.Length)
        + mapping.Function.RoleArn.Length + mapping.Options.Kinesis.Options.Region.Length
        + mapping.Settings.EventSourceArn.Length;

    public static byte[] Write(ReadOnlySpan<KinesisRecord> records, EventSourceMapping mapping, WindowPart? part = null)
    {
        using var buffer = new PooledBuffer(64 << 10);
        buffer.Write("{\"Records\":["u8);
        var tail = Encoding.UTF8.GetBytes(
            $"\",\"eventName\":\"aws:kinesis:record\",\"invokeIdentityArn\":\"{mapping.Function.RoleArn}\","
            + $"\"awsRegion\":\"{mapping.Options.Kinesis.Options.Region}\","
            + $"\"eventSourceARN\":\"{mapping.Settings.EventSourceArn}\"}}");
        for (var i = 0; i < records.Length; i++)
        {
            Write(records[i], buffer, isFirst: i == 0, tail);
        }

        buffer.Write("]"u8);
        if (part is not null)
        {
            Write(part, mapping, buffer);
        }

        buffer.Write("}"u8);
        return buffer.Written.ToArray();
    }

    private static void Write(in KinesisRecord record, PooledBuffer buffer, bool isFirst, byte[] tail)
    {
        Span<byte> number = stackalloc byte[SequenceNumber.Digits];
        record.SequenceNumber.Format(number);
        buffer.Write(isFirst ? ""u8 : ","u8);
        buffer.Write("{\"kinesis\":{\"kinesisSchemaVersion\":\"1.0\",\"partitionKey\":\""u8);
        RecordsAnswer.WriteText(buffer, record.PartitionKeyUtf8.Span);
        buffer.Write("\",\"sequenceNumber\":\""u8);
        buffer.Write(number);
        buffer.Write("\",\"data\":\""u8);
        RecordsAnswer.WriteBase64(buffer, record.Data.Span);
        buffer.Write("\",\"approximateArrivalTimestamp\":"u8);
        RecordsAnswer.WriteSeconds(buffer, record.ArrivalMilliseconds);
        buffer.Write("},\"eventSource\":\"aws:kinesis\",\"eventVersion\":\"1.0\",\"eventID\":\""u8);
        buffer.Write(record.Shard.IdUtf8);
        buffer.Write(":"u8);
        buffer.Write(number);
        buffer.Write(tail);
    }

    private static void Write(WindowPart part, EventSourceMapping mapping, PooledBuffer buffer)
    {
        buffer.Write(",\"window\":"u8);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("start", Instant(part.Window.Start));
            json.WriteString("end", Instant(part.Window.End));
            json.WriteEndObject();
        }

        buffer.Write(",\"state\":"u8);
        buffer.Write(part.Window.State.Span);
        buffer.Write(Encoding.UTF8.GetBytes(
            $",\"shardId\":\"{part.Window.ShardId}\",\"eventSourceARN\":\"{mapping.Settings.EventSourceArn}\","
            + $"\"isFinalInvokeForWindow\":{Text(part.IsFinal)},\"isWindowTerminatedEarly\":{Text(part.IsEarly)}"));
    }

    private static string Instant(DateTimeOffset time) =>
        time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Text(bool value) => value ? "true" : "false";
}

/// <summary>What an event says of its window.</summary>
internal sealed record WindowPart(TumblingWindow Window, bool IsFinal = false, bool IsEarly = false);
