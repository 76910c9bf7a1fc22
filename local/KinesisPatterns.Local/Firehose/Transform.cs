using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using KinesisPatterns.Local.ApiGateway;

namespace KinesisPatterns.Local.Firehose;

/// <summary>What a transform made of a batch; a record in neither list was dropped on purpose.</summary>
internal sealed record Transformed(IReadOnlyList<ReadOnlyMemory<byte>> Good, IReadOnlyList<ReadOnlyMemory<byte>> Failed);

/// <summary>Data transformation by a function.</summary>
/// <remarks>https://docs.aws.amazon.com/firehose/latest/dev/data-transformation.html</remarks>
internal sealed class Transform(string functionArn, string deliveryStreamArn, string region, InvokeFunction invoke, TimeProvider clock)
{
    // Firehose retries a function that fails three times before it gives the batch up.
    private const int Attempts = 4;

    // The synchronous payload limit of 6 MB less room for base64 and the envelope.
    private const int BatchBytes = 3 * 1024 * 1024;

    public async Task<Transformed> ApplyAsync(IReadOnlyList<DeliveryRecord> records, CancellationToken cancellation)
    {
        var good = new List<ReadOnlyMemory<byte>>();
        var failed = new List<ReadOnlyMemory<byte>>();
        for (var at = 0; at < records.Count;)
        {
            var batch = Batch(records, at);
            at += batch.Count;
            await ApplyAsync(batch, good, failed, cancellation);
        }

        return new(good, failed);
    }

    private static List<DeliveryRecord> Batch(IReadOnlyList<DeliveryRecord> records, int from)
    {
        var batch = new List<DeliveryRecord>();
        long bytes = 0;
        for (var i = from; i < records.Count && (batch.Count == 0 || bytes + records[i].Data.Length <= BatchBytes); i++)
        {
            batch.Add(records[i]);
            bytes += records[i].Data.Length;
        }

        return batch;
    }

    private async Task ApplyAsync(
        List<DeliveryRecord> batch, List<ReadOnlyMemory<byte>> good, List<ReadOnlyMemory<byte>> failed, CancellationToken cancellation)
    {
        var request = Request(batch);
        ReadOnlyMemory<byte>? answer = null;
        for (var attempt = 0; attempt < Attempts && answer is null; attempt++)
        {
            answer = await invoke(functionArn, request, cancellation);
        }

        if (answer is null)
        {
            failed.AddRange(batch.Select(r => Failure(r, "Lambda.FunctionError", "The Lambda function was invoked but returned an error.")));
            return;
        }

        var results = JsonNode.Parse(answer.Value.Span)?["records"]?.AsArray().ToDictionary(r => (string)r!["recordId"]!) ?? [];
        foreach (var (i, record) in batch.Index())
        {
            var result = results.GetValueOrDefault(Id(i));
            switch ((string?)result?["result"])
            {
                case "Ok":
                    good.Add(Convert.FromBase64String((string)result!["data"]!));
                    break;
                case "Dropped":
                    break;
                case null:
                    failed.Add(Failure(record, "Lambda.MissingRecordId", "The Lambda function did not return a result for this record."));
                    break;
                default:
                    failed.Add(Failure(record, "Lambda.ProcessingFailedStatus", "ProcessingFailed status set for record"));
                    break;
            }
        }
    }

    private byte[] Request(List<DeliveryRecord> batch) => Encoding.UTF8.GetBytes(new JsonObject
    {
        ["invocationId"] = Guid.NewGuid().ToString(),
        ["deliveryStreamArn"] = deliveryStreamArn,
        ["region"] = region,
        ["records"] = new JsonArray([.. batch.Select((r, i) => new JsonObject
        {
            ["recordId"] = Id(i),
            ["approximateArrivalTimestamp"] = r.Arrival.ToUnixTimeMilliseconds(),
            ["data"] = Convert.ToBase64String(r.Data.Span),
        })]),
    }.ToJsonString());

    private static string Id(int index) => index.ToString("D12", CultureInfo.InvariantCulture);

    private ReadOnlyMemory<byte> Failure(DeliveryRecord record, string code, string message) => Encoding.UTF8.GetBytes(new JsonObject
    {
        ["attemptsMade"] = Attempts,
        ["arrivalTimestamp"] = record.Arrival.ToUnixTimeMilliseconds(),
        ["errorCode"] = code,
        ["errorMessage"] = message,
        ["attemptEndingTimestamp"] = clock.GetUtcNow().ToUnixTimeMilliseconds(),
        ["rawData"] = Convert.ToBase64String(record.Data.Span),
        ["lambdaArn"] = functionArn,
    }.ToJsonString());
}
