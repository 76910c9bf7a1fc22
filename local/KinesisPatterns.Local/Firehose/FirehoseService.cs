using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using KinesisPatterns.Local.Hosting;
using KinesisPatterns.Local.Iam;
using KinesisPatterns.Local.Kinesis;
using Microsoft.AspNetCore.Http;

namespace KinesisPatterns.Local.Firehose;

/// <summary>Delivery streams: fed by a Kinesis stream or by PutRecord, emptied into S3.</summary>
internal sealed class FirehoseService(TimeProvider clock) : IAsyncDisposable
{
    // https://docs.aws.amazon.com/firehose/latest/APIReference/API_PutRecordBatch.html
    private const int RecordsPerCall = 500;

    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<string, DeliveryStream> _streams = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, StreamTail> _tails = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentBag<Task> _running = [];

    public IEnumerable<DeliveryStream> Streams => _streams.Values;

    /// <summary>Whether every record of the source streams is in a buffer or delivered.</summary>
    public bool IsIdle => _tails.Values.All(t => t.IsIdle);

    /// <summary>Why a delivery stream cannot write now, if one cannot.</summary>
    public Exception? Error => _streams.Values.Select(s => s.Error).FirstOrDefault(e => e is not null)
        ?? _running.FirstOrDefault(t => t.IsFaulted)?.Exception?.InnerException;

    /// <param name="stream">The delivery stream.</param>
    /// <param name="source">The stream it reads; null when records are put on it.</param>
    /// <param name="readRefusal">Why its role may not read the source; null when it may.</param>
    public void Add(DeliveryStream stream, KinesisStream? source, string? readRefusal = null)
    {
        _streams[stream.Name] = stream;
        stream.Restore();
        _running.Add(FlushInTimeAsync(stream));
        if (source is null)
        {
            return;
        }

        var tail = new StreamTail(source, record => new(stream.AddAsync(new(record.Data, record.Arrival, record.ShardId, record.Counter), _stopping.Token)), stream.NextIn);
        _tails[stream.Name] = tail;
        _running.Add(readRefusal is null ? tail.RunAsync(_stopping.Token) : Task.FromException(new LocalHostException($"{stream.Name}: {readRefusal}")));
    }

    public async Task FlushAsync(CancellationToken cancellation)
    {
        // What one may not deliver stays in its buffer, and the others deliver theirs.
        await Task.WhenAll(_streams.Values.Select(stream => stream.FlushAsync(cancellation)));
    }

    public Task HandleAsync(HttpContext context) => AwsJson.ServeAsync(context, async (operation, request) => operation switch
    {
        "PutRecord" => await PutRecordAsync(Allowed(context, operation, request), request),
        "PutRecordBatch" => await PutRecordBatchAsync(Allowed(context, operation, request), request),
        "ListDeliveryStreams" when Allowed(context, operation) => new() { ["DeliveryStreamNames"] = new JsonArray([.. _streams.Keys.Order(StringComparer.Ordinal).Select(n => (JsonNode)n)]), ["HasMoreDeliveryStreams"] = false },
        "DescribeDeliveryStream" => new() { ["DeliveryStreamDescription"] = new JsonObject { ["DeliveryStreamName"] = Allowed(context, operation, request).Name, ["DeliveryStreamStatus"] = "ACTIVE" } },
        _ => throw AwsJson.Unknown($"firehose:{operation}"),
    });

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        foreach (var stream in _streams.Values)
        {
            stream.Dispose();
        }

        _stopping.Dispose();
    }

    private async Task<JsonObject> PutRecordAsync(DeliveryStream stream, JsonObject request)
    {
        await stream.AddAsync(Record(request["Record"]), _stopping.Token);
        return new() { ["RecordId"] = Guid.NewGuid().ToString(), ["Encrypted"] = false };
    }

    private async Task<JsonObject> PutRecordBatchAsync(DeliveryStream stream, JsonObject request)
    {
        var records = request["Records"]?.AsArray() ?? [];
        if (records.Count is 0 or > RecordsPerCall)
        {
            throw new AwsJsonError("InvalidArgumentException", $"1 to {RecordsPerCall} records are allowed per request, got {records.Count}.");
        }

        foreach (var record in records.Select(Record).ToList())
        {
            await stream.AddAsync(record, _stopping.Token);
        }

        return new()
        {
            ["FailedPutCount"] = 0,
            ["Encrypted"] = false,
            ["RequestResponses"] = new JsonArray([.. records.Select(_ => new JsonObject { ["RecordId"] = Guid.NewGuid().ToString() })]),
        };
    }

    private static bool Allowed(HttpContext context, string operation)
    {
        context.Demand($"firehose:{operation}", "*");
        return true;
    }

    private DeliveryStream Allowed(HttpContext context, string operation, JsonObject request)
    {
        var stream = Stream(request);
        context.Demand($"firehose:{operation}", stream.Arn);
        return stream;
    }

    private DeliveryStream Stream(JsonObject request) =>
        _streams.GetValueOrDefault((string?)request["DeliveryStreamName"] ?? "")
        ?? throw new AwsJsonError("ResourceNotFoundException", $"Firehose {request["DeliveryStreamName"]} not found.");

    private DeliveryRecord Record(JsonNode? record) =>
        new(Convert.FromBase64String((string?)record?["Data"] ?? throw new AwsJsonError("InvalidArgumentException", "a record without Data")), clock.GetUtcNow());

    private async Task FlushInTimeAsync(DeliveryStream stream)
    {
        using var timer = new PeriodicTimer(Tick, clock);
        while (await timer.WaitForNextTickAsync(_stopping.Token))
        {
            await stream.FlushIfOldAsync(_stopping.Token);
        }
    }
}
