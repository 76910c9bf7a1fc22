using System.Buffers;
using KinesisPatterns.Lambdas.Streams;

namespace KinesisPatterns.Lambdas.Cleansing;

/// <summary>What came of a batch: records for the two streams, and for each of them the record it came from.</summary>
internal sealed class CleansedBatch : IDisposable
{
    private readonly Dictionary<ReadingKey, long> _pending = [];
    private readonly Output _accepted = new();
    private readonly Output _rejected = new();
    private readonly long[] _reasons = new long[Reasons.Count];

    public Output Accepted => _accepted;

    public Output Rejected => _rejected;

    /// <summary>What identifies each accepted reading and the record it came in.</summary>
    public List<(ReadingKey Key, RecordId Record, long Arrival)> Keys { get; } = [];

    /// <summary>Which readings came again, and when.</summary>
    public List<(ReadingKey Key, long Arrival)> Repeats { get; } = [];

    /// <summary>How many readings were accepted, and how many rejected in all and for each reason that occurred.</summary>
    public IReadOnlyCollection<KeyValuePair<string, long>> Counts =>
    [
        new("Accepted", Accepted.Count),
        new("Rejected", Rejected.Count),
        .. Enum.GetValues<Reason>().Where(reason => _reasons[(int)reason] > 0)
            .Select(reason => KeyValuePair.Create($"Rejected{reason}", _reasons[(int)reason])),
    ];

    /// <summary>When the record arrived that brought the same reading to this batch before; null when none did.</summary>
    public long? ArrivalOf(in ReadingKey key) => _pending.TryGetValue(key, out var arrival) ? arrival : null;

    /// <summary>Empties the batch for the next one; false when that would hold on to too much memory.</summary>
    public bool TryClear()
    {
        _pending.Clear();
        Keys.Clear();
        Repeats.Clear();
        Array.Clear(_reasons);
        return _accepted.TryClear() && _rejected.TryClear();
    }

    public void Dispose()
    {
        _accepted.Dispose();
        _rejected.Dispose();
    }

    public void Accept(int source, in Reading reading, byte[]? tags, in ReadingKey key, in RecordId id, long arrival)
    {
        CleansedJson.Write(_accepted.Begin(), reading, tags);
        _accepted.End(reading.Device!, source);
        _pending[key] = arrival;
        Keys.Add((key, id, arrival));
    }

    public void Repeat(in ReadingKey key, long arrival)
    {
        Repeats.Add((key, arrival));
        if (_pending.TryGetValue(key, out var before) && before < arrival)
        {
            _pending[key] = arrival;
        }
    }

    public void Reject(
        Reason reason, string detail, int source, in KinesisRecord record, in UserRecord user, in Reading reading)
    {
        CleansedJson.WriteRejected(_rejected.Begin(), reason, detail, record, user, reading);
        _rejected.End(System.Text.Encoding.UTF8.GetString(user.PartitionKey.Span), source);
        _reasons[(int)reason]++;
    }
}

/// <summary>Records for one stream, one after the other in one buffer.</summary>
internal sealed class Output : IDisposable
{
    private const int MaximumSpare = 8 * 1024 * 1024;

    private readonly ArrayBufferWriter<byte> _bytes = new(64 * 1024);
    private readonly List<(string Key, int Start, int End, int Source)> _records = [];
    private readonly System.Text.Json.Utf8JsonWriter _writer;

    public Output() => _writer = new(_bytes, new()
    {
        SkipValidation = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });

    public int Count => _records.Count;

    public int Source(int index) => _records[index].Source;

    public System.Text.Json.Utf8JsonWriter Begin() => _writer;

    public bool TryClear()
    {
        _records.Clear();
        _bytes.ResetWrittenCount();
        return _bytes.Capacity <= MaximumSpare;
    }

    public void Dispose() => _writer.Dispose();

    public void End(string partitionKey, int source)
    {
        _writer.Flush();
        _writer.Reset();
        _records.Add((partitionKey, _records.Count == 0 ? 0 : _records[^1].End, _bytes.WrittenCount, source));
    }

    public OutputRecord[] ToRecords() =>
        [.. _records.Select(record => new OutputRecord(record.Key, _bytes.WrittenMemory[record.Start..record.End]))];
}
