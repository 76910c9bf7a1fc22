using System.Globalization;
using System.Text;
using System.Text.Json;
using KinesisPatterns.Lambdas.Streams;

namespace KinesisPatterns.Lambdas.Tests;

/// <summary>Events as Lambda sends them for a Kinesis stream.</summary>
internal static class Events
{
    public const string Shard = "shardId-000000000000";

    /// <summary>2026-11-22T19:28:00.200Z, when records arrive unless a test says otherwise.</summary>
    public const long Arrival = 1_795_375_680_200;

    public static string Sequence(int number) =>
        "4959033827149025660855969253836157109592157598913" + number.ToString("D7", CultureInfo.InvariantCulture);

    public static MemoryStream Of(params string[] readings) => Of(readings.Select(Encoding.UTF8.GetBytes));

    public static MemoryStream Of(IEnumerable<byte[]> payloads, int first = 1, long arrival = Arrival) =>
        new(Json(payloads, first, arrival));

    public static byte[] Json(IEnumerable<byte[]> payloads, int first = 1, long arrival = Arrival)
    {
        var stream = new MemoryStream();
        using var writer = new Utf8JsonWriter(stream);
        writer.WriteStartObject();
        writer.WriteStartArray("Records");
        var number = first;
        foreach (var payload in payloads)
        {
            writer.WriteStartObject();
            writer.WriteStartObject("kinesis");
            writer.WriteString("kinesisSchemaVersion", "1.0");
            writer.WriteString("partitionKey", "machine-1");
            writer.WriteString("sequenceNumber", Sequence(number));
            writer.WriteBase64String("data", payload);
            writer.WriteNumber("approximateArrivalTimestamp", arrival / 1000m);
            writer.WriteEndObject();
            writer.WriteString("eventSource", "aws:kinesis");
            writer.WriteString("eventVersion", "1.0");
            writer.WriteString("eventID", $"{Shard}:{Sequence(number)}");
            writer.WriteString("eventName", "aws:kinesis:record");
            writer.WriteString("invokeIdentityArn", "arn:aws:iam::000000000000:role/cleansing");
            writer.WriteString("awsRegion", "eu-west-1");
            writer.WriteString("eventSourceARN", "arn:aws:kinesis:eu-west-1:000000000000:stream/readings");
            writer.WriteEndObject();
            number++;
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
        writer.Flush();
        return stream.ToArray();
    }

    public static string Reading(
        string device = "machine-1", string metric = "temperature", string time = "2026-11-22T19:28:00.123Z", string value = "73.9",
        string? unit = "celsius") =>
        $$"""{"device":"{{device}}","metric":"{{metric}}","time":"{{time}}","value":{{value}}{{(unit is null ? "" : $",\"unit\":\"{unit}\"")}}}""";

    /// <summary>The record from which on a function asks for another delivery; null when it asks for none.</summary>
    public static int? FailedFrom(Stream response)
    {
        using var document = JsonDocument.Parse(response);
        var failures = document.RootElement.GetProperty("batchItemFailures");
        return failures.GetArrayLength() == 0
            ? null
            : int.Parse(failures[0].GetProperty("itemIdentifier").GetString()![^7..], CultureInfo.InvariantCulture);
    }

    public static KinesisBatch Batch(params byte[][] payloads) => KinesisBatch.Read(Json(payloads));
}
