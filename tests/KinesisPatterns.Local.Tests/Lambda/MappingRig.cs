using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using KinesisPatterns.Local.Kinesis;
using KinesisPatterns.Local.Lambda;
using KinesisPatterns.Local.Tests.Kinesis;

namespace KinesisPatterns.Local.Tests.Lambda;

/// <summary>A stream, a function played by the test, and everything that a mapping between them does.</summary>
internal sealed class MappingRig : IFunctionInvoker, IFailureDestination, IRecordObserver, IAsyncDisposable
{
    public const string Bucket = "arn:aws:s3:::failures";

    private readonly List<EventSourceMapping> _mappings = [];
    private readonly Dictionary<string, string> _dataOf = [];

    public MappingRig(int shards = 1, bool jumps = true, bool quotas = false)
    {
        Time = new() { Jumps = jumps };
        Kinesis = new(new() { Time = Time, EnforceQuotas = quotas });
        Stream = Kinesis.CreateStream("orders", new() { Shards = shards });
    }

    public ManualTime Time { get; }

    public KinesisService Kinesis { get; }

    public KinesisStream Stream { get; }

    /// <summary>What the function does; it may be called by several batches at a time.</summary>
    public Func<Delivery, Task<InvocationResult>> Function { get; set; } = _ => Reply.With("null");

    /// <summary>Every invocation, in order.</summary>
    public List<Delivery> Deliveries { get; } = [];

    /// <summary>The data of each invocation, joined.</summary>
    public IEnumerable<string> Batches => Deliveries.Select(d => string.Join(',', d.Data));

    public List<(string Arn, FailureDocument Document, JsonElement Body)> DeadLetters { get; } = [];

    /// <summary>Fails a delivery to the destination, when set.</summary>
    public Func<int, Exception?> DestinationFault { get; set; } = _ => null;

    public int DestinationCalls { get; private set; }

    /// <summary>Takes documents in the place of the rig, when set.</summary>
    public IFailureDestination? Destination { get; set; }

    /// <summary>How each record ended, by its data; a second end is an error.</summary>
    public ConcurrentDictionary<string, RecordOutcome> Ends { get; } = new();

    public List<string> Remarks { get; } = [];

    /// <summary>Is told what this rig is told, when set.</summary>
    public IRecordObserver? Watcher { get; init; }

    public void Started(EventSourceMapping mapping) => Watcher?.Started(mapping);

    public void Delivering(EventSourceMapping mapping, ReadOnlySpan<KinesisRecord> batch) => Watcher?.Delivering(mapping, batch);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public EventSourceMapping Map(
        Func<MappingSettings, MappingSettings>? configure = null, MappingTuning? tuning = null)
    {
        var settings = new MappingSettings { EventSourceArn = Stream.Arn, FunctionName = "price" };
        var mapping = EventSourceMapping.Create(configure?.Invoke(settings) ?? settings, new()
        {
            Name = "price",
            Arn = "arn:aws:lambda:us-east-1:000000000000:function:price",
            RoleArn = "arn:aws:iam::000000000000:role/price",
            CodeDirectory = ".",
            Handler = "Price",
            Runtime = "dotnet10",
        }, this, new()
        {
            Kinesis = Kinesis,
            Time = Time,
            Destination = Destination ?? this,
            Observer = this,
            OnRemark = remark =>
            {
                lock (Remarks)
                {
                    Remarks.Add(remark);
                }
            },
        }, tuning);
        _mappings.Add(mapping);
        mapping.Start();
        return mapping;
    }

    /// <summary>Puts one record per data, all with one key.</summary>
    public void PutAll(params string[] data) => Array.ForEach(data, text => Put("key", text));

    public SequenceNumber Put(string key, string data, UInt128? hash = null)
    {
        var put = Stream.Put(key, Encoding.UTF8.GetBytes(data), hash);
        lock (_dataOf)
        {
            _dataOf[put.SequenceNumber.ToString()] = data;
        }

        return put.SequenceNumber;
    }

    /// <summary>Waits until the mapping is through with everything.</summary>
    public static Task IdleAsync(EventSourceMapping mapping) =>
        mapping.WaitUntilIdleAsync(Stop).WaitAsync(TimeSpan.FromSeconds(20), Stop);

    /// <summary>Waits until something is so.</summary>
    public static async Task UntilAsync(Func<bool> condition)
    {
        for (var i = 0; i < 10_000 && !condition(); i++)
        {
            await Task.Delay(2, Stop);
        }

        Assert.True(condition());
    }

    public async Task<InvocationResult> InvokeAsync(
        string function, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        var delivery = new Delivery(JsonDocument.Parse(payload.ToArray()).RootElement, Time.GetUtcNow());
        lock (Deliveries)
        {
            Deliveries.Add(delivery);
        }

        return await Function(delivery);
    }

    public Task SendAsync(string destinationArn, FailureDocument document, CancellationToken cancellationToken)
    {
        if (DestinationFault(++DestinationCalls) is { } fault)
        {
            throw fault;
        }

        lock (DeadLetters)
        {
            DeadLetters.Add((destinationArn, document, JsonDocument.Parse(document.S3Body).RootElement));
        }

        return Task.CompletedTask;
    }

    public void Ended(EventSourceMapping mapping, string shardId, SequenceNumber sequenceNumber, RecordOutcome outcome)
    {
        Watcher?.Ended(mapping, shardId, sequenceNumber, outcome);
        string data;
        lock (_dataOf)
        {
            data = _dataOf.GetValueOrDefault(sequenceNumber.ToString(), sequenceNumber.ToString());
        }

        Assert.True(Ends.TryAdd(data, outcome), $"{data} ended twice");
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var mapping in _mappings)
        {
            await mapping.DisposeAsync();
        }

        await Kinesis.DisposeAsync();
    }
}

/// <summary>An invocation as the function saw it.</summary>
internal sealed record Delivery(JsonElement Event, DateTimeOffset At)
{
    public IReadOnlyList<JsonElement> Records { get; } = [.. Event.GetProperty(nameof(Records)).EnumerateArray()];

    public IReadOnlyList<string> Data => [.. Records.Select(record =>
        Encoding.UTF8.GetString(record.GetProperty("kinesis").GetProperty("data").GetBytesFromBase64()))];

    public string Number(int index) => Records[index].GetProperty("kinesis").GetProperty("sequenceNumber").GetString()!;
}

/// <summary>What a function may answer.</summary>
internal static class Reply
{
    public static Task<InvocationResult> With(string json) => Task.FromResult(new InvocationResult
    {
        Status = InvocationStatus.Succeeded,
        RequestId = "request",
        Payload = Encoding.UTF8.GetBytes(json),
    });

    public static Task<InvocationResult> Failing(params IEnumerable<string> numbers) => With(JsonSerializer.Serialize(
        new { batchItemFailures = numbers.Select(number => new { itemIdentifier = number }) }));

    public static Task<InvocationResult> Error(string message = "no") => Task.FromResult(new InvocationResult
    {
        Status = InvocationStatus.FunctionError,
        RequestId = "request",
        FunctionError = "Unhandled",
        Payload = JsonSerializer.SerializeToUtf8Bytes(new { errorMessage = message }),
    });

    public static Task<InvocationResult> Throttle() =>
        Task.FromResult(new InvocationResult { Status = InvocationStatus.Throttled, RequestId = "request" });
}
