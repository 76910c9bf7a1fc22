using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace KinesisPatterns.Local.Feed;

/// <summary>Puts records on a stream over the wire, as any producer would, and sees every one of them through.</summary>
internal sealed class Producer(HttpClient http, Uri endpoint, string streamName)
{
    // https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html
    private const int RecordsPerCall = 500;

    // The request may hold 10 MiB of data; base64 does not count.
    private const int BytesPerCall = 4 * 1024 * 1024;

    // Nobody checks it; who signs with a key that is no role's is the developer.
    private const string Signature =
        "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/kinesis/aws4_request, SignedHeaders=host, Signature=local";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private long _throttled;

    /// <summary>Hears of every record that the stream took; null when nobody has to.</summary>
    public IReadingLedger? Ledger { get; set; }

    /// <summary>Records that were refused for the stream's throughput and sent again.</summary>
    public long Throttled => Interlocked.Read(ref _throttled);

    /// <summary>Puts all of <paramref name="records"/> at <paramref name="rate"/> records per second; null is as fast as the stream takes them.</summary>
    public async Task PutAllAsync(IEnumerable<FedRecord> records, double? rate, CancellationToken cancellation)
    {
        var started = TimeProvider.System.GetTimestamp();
        long sent = 0;
        using var source = records.GetEnumerator();
        var more = true;
        while (more && !cancellation.IsCancellationRequested)
        {
            var due = rate is null ? RecordsPerCall : (long)(TimeProvider.System.GetElapsedTime(started).TotalSeconds * rate.Value) - sent;
            var batch = new List<FedRecord>();
            long bytes = 0;
            while (batch.Count < Math.Min(due, RecordsPerCall) && bytes < BytesPerCall && (more = source.MoveNext()))
            {
                batch.Add(source.Current);
                bytes += source.Current.Data.Length;
            }

            if (batch.Count > 0)
            {
                await PutAsync(batch, CancellationToken.None);
                sent += batch.Count;
            }
            else if (more)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(20), cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task PutAsync(List<FedRecord> records, CancellationToken cancellation)
    {
        while (records.Count > 0)
        {
            var answer = await CallAsync(records, cancellation);
            var again = new List<FedRecord>();
            foreach (var (i, result) in answer["Records"]!.AsArray().Index())
            {
                if ((string?)result!["SequenceNumber"] is { } sequenceNumber)
                {
                    Ledger?.Put((string)result["ShardId"]!, sequenceNumber, records[i]);
                }
                else
                {
                    again.Add(records[i]);
                }
            }

            Interlocked.Add(ref _throttled, again.Count);
            records = again;
            if (again.Count > 0)
            {
                await Task.Delay(Pause, cancellation);
            }
        }
    }

    private async Task<JsonObject> CallAsync(List<FedRecord> records, CancellationToken cancellation)
    {
        var body = new JsonObject
        {
            ["StreamName"] = streamName,
            ["Records"] = new JsonArray([.. records.Select(r => new JsonObject
            {
                ["Data"] = Convert.ToBase64String(r.Data.Span),
                ["PartitionKey"] = r.PartitionKey,
            })]),
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new StringContent(body.ToJsonString()) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.1");
        request.Headers.Add("X-Amz-Target", "Kinesis_20131202.PutRecords");
        request.Headers.TryAddWithoutValidation("Authorization", Signature);
        using var answer = await http.SendAsync(request, cancellation);
        var text = await answer.Content.ReadAsStringAsync(cancellation);
        return answer.IsSuccessStatusCode
            ? JsonNode.Parse(text)!.AsObject()
            : throw new LocalHostException(string.Create(CultureInfo.InvariantCulture, $"PutRecords on {streamName} was answered {(int)answer.StatusCode}: {text}"));
    }
}
