using System.Globalization;
using System.Text.Json;
using KinesisPatterns.Local.Kinesis;

namespace KinesisPatterns.Local.Lambda;

/// <summary>Writes what an on-failure destination gets.</summary>
/// <remarks>https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html</remarks>
internal static class FailureDocuments
{
    public static FailureDocument Write(
        EventSourceMapping mapping, ReadOnlySpan<KinesisRecord> records, string condition, int invocations,
        InvocationResult? last)
    {
        var now = mapping.Now;
        return new()
        {
            Condition = condition,
            DestinationArn = mapping.Settings.OnFailureDestinationArn ?? "",
            RecordCount = records.Length,
            Function = mapping.Function.Name,
            S3Key = $"aws/lambda/{mapping.Uuid}/{records[0].ShardId}/"
                + now.ToString("yyyy'/'MM'/'dd'/'yyyy-MM-dd'T'HH.mm.ss", CultureInfo.InvariantCulture)
                + $"-{Guid.NewGuid()}",
            Metadata = Write(mapping, records, condition, invocations, last, now, payload: null),
            S3Body = Write(mapping, records, condition, invocations, last, now, EventWriter.Write(records, mapping)),
        };
    }

    private static byte[] Write(
        EventSourceMapping mapping, ReadOnlySpan<KinesisRecord> records, string condition, int invocations,
        InvocationResult? last, DateTimeOffset now, byte[]? payload)
    {
        using var buffer = new PooledBuffer();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteStartObject("requestContext");
            json.WriteString("requestId", last?.RequestId ?? Guid.NewGuid().ToString());
            json.WriteString("functionArn", mapping.Function.Arn);
            json.WriteString("condition", condition);
            json.WriteNumber("approximateInvokeCount", Math.Max(1, invocations));
            json.WriteEndObject();
            WriteResponse(json, condition, last);
            json.WriteString("version", "1.0");
            json.WriteString("timestamp", Instant(now));
            WriteBatch(json, mapping, records);
            if (payload is not null)
            {
                json.WritePropertyName("payload");
                json.WriteRawValue(payload, skipInputValidation: true);
            }

            json.WriteEndObject();
        }

        return buffer.Written.ToArray();
    }

    private static void WriteResponse(Utf8JsonWriter json, string condition, InvocationResult? last)
    {
        if (last is null || condition != Conditions.RetryAttemptsExhausted)
        {
            return;
        }

        json.WriteStartObject("responseContext");
        json.WriteNumber("statusCode", 200);
        json.WriteString("executedVersion", "$LATEST");
        json.WriteString("functionError", last.FunctionError);
        json.WriteEndObject();
    }

    private static void WriteBatch(Utf8JsonWriter json, EventSourceMapping mapping, ReadOnlySpan<KinesisRecord> records)
    {
        json.WriteStartObject("KinesisBatchInfo");
        json.WriteString("shardId", records[0].ShardId);
        json.WriteString("startSequenceNumber", records[0].SequenceNumber.ToString());
        json.WriteString("endSequenceNumber", records[^1].SequenceNumber.ToString());
        json.WriteString("approximateArrivalOfFirstRecord", Instant(records[0].Arrival));
        json.WriteString("approximateArrivalOfLastRecord", Instant(records[^1].Arrival));
        json.WriteNumber("batchSize", records.Length);
        json.WriteString("streamArn", mapping.Stream.Arn);
        json.WriteEndObject();
    }

    private static string Instant(DateTimeOffset time) =>
        time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}

/// <summary>Why records were given up, in the words of AWS.</summary>
internal static class Conditions
{
    public const string RetryAttemptsExhausted = "RetryAttemptsExhausted";

    public const string RecordAgeExceeded = "RecordAgeExceeded";
}
