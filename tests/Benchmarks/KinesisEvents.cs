using System.Text.Json;
using KinesisPatterns.Local.Feed;

namespace Benchmarks;

/// <summary>Events as Lambda hands them to the reader of a stream (https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html).</summary>
internal static class KinesisEvents
{
    private const string Shard = "shardId-000000000000";

    public static IEnumerable<byte[]> Of(IEnumerable<FedRecord> records, int size) =>
        records.Index().Chunk(size).Select(Json);

    private static byte[] Json((int Index, FedRecord Record)[] batch)
    {
        var arrival = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() / 1000m;
        return JsonSerializer.SerializeToUtf8Bytes(new
        {
            Records = batch.Select(item => new
            {
                kinesis = new
                {
                    kinesisSchemaVersion = "1.0",
                    partitionKey = item.Record.PartitionKey,
                    sequenceNumber = Sequence(item.Index),
                    data = Convert.ToBase64String(item.Record.Data.Span),
                    approximateArrivalTimestamp = arrival,
                },
                eventSource = "aws:kinesis",
                eventVersion = "1.0",
                eventID = $"{Shard}:{Sequence(item.Index)}",
                eventName = "aws:kinesis:record",
                invokeIdentityArn = "arn:aws:iam::000000000000:role/cleansing",
                awsRegion = "us-east-1",
                eventSourceARN = "arn:aws:kinesis:us-east-1:000000000000:stream/readings",
            }),
        }, _asClientsWrite);
    }

    // The default of .NET escapes the + of base64, which Lambda does not.
    private static readonly JsonSerializerOptions _asClientsWrite =
        new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static string Sequence(int index) => $"4959033827149025660855969253836157109592157598913{index:D7}";
}
