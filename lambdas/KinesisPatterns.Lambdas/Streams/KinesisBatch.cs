using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;

namespace KinesisPatterns.Lambdas.Streams;

/// <summary>
/// The records of an event that Lambda hands to a function, in order
/// (https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html), read without an object for each of them.
/// </summary>
public sealed class KinesisBatch : IDisposable
{
    private readonly List<KinesisRecord> _records = [];
    private byte[] _data;
    private int _used;

    private KinesisBatch(int length) => _data = ArrayPool<byte>.Shared.Rent(length);

    /// <summary>The records, in the order of the shard.</summary>
    public IReadOnlyList<KinesisRecord> Records => _records;

    /// <summary>Reads the event; fails, saying where, on anything that is none of Kinesis.</summary>
    public static KinesisBatch Read(ReadOnlyMemory<byte> json)
    {
        // Base64 is longer than what it stands for, so the payloads of an event fit into its own length.
        var batch = new KinesisBatch(Math.Max(json.Length, 1));
        try
        {
            batch.ReadEvent(json);
            return batch;
        }
        catch
        {
            batch.Dispose();
            throw;
        }
    }

    /// <summary>Reads the whole stream, which for a function's input is in memory already.</summary>
    public static async Task<KinesisBatch> ReadAsync(Stream json)
    {
        ArgumentNullException.ThrowIfNull(json);
        if (json is MemoryStream memory && memory.TryGetBuffer(out var bytes))
        {
            return Read(bytes);
        }

        using var copy = new MemoryStream();
        await json.CopyToAsync(copy);
        return Read(copy.GetBuffer().AsMemory(0, (int)copy.Length));
    }

    /// <summary>Gives the memory back.</summary>
    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_data);
        _data = [];
        _records.Clear();
    }

    private void ReadEvent(ReadOnlyMemory<byte> json)
    {
        var reader = new Utf8JsonReader(json.Span);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new FormatException("event: expected a JSON object.");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var records = reader.ValueTextEquals("Records"u8);
            reader.Read();
            if (records && reader.TokenType == JsonTokenType.StartArray)
            {
                while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
                {
                    ReadRecord(ref reader, json);
                }
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private void ReadRecord(ref Utf8JsonReader reader, ReadOnlyMemory<byte> json)
    {
        ReadOnlyMemory<byte>? eventId = null, sequence = null, key = null, data = null;
        long? arrival = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("eventID"u8))
            {
                eventId = Text(ref reader, json);
            }
            else if (reader.ValueTextEquals("kinesis"u8) && reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            {
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    if (reader.ValueTextEquals("sequenceNumber"u8))
                    {
                        sequence = Text(ref reader, json);
                    }
                    else if (reader.ValueTextEquals("partitionKey"u8))
                    {
                        key = Text(ref reader, json);
                    }
                    else if (reader.ValueTextEquals("data"u8))
                    {
                        data = Payload(ref reader);
                    }
                    else if (reader.ValueTextEquals("approximateArrivalTimestamp"u8))
                    {
                        reader.Read();
                        arrival = (long)Math.Round(reader.GetDouble() * 1000);
                    }
                    else
                    {
                        reader.Skip();
                    }
                }
            }
            else
            {
                reader.Skip();
            }
        }

        _records.Add(new(
            eventId ?? throw Missing("eventID"),
            sequence ?? throw Missing("kinesis.sequenceNumber"),
            key ?? throw Missing("kinesis.partitionKey"),
            arrival ?? throw Missing("kinesis.approximateArrivalTimestamp"),
            data ?? throw Missing("kinesis.data")));
    }

    private FormatException Missing(string field) =>
        new($"event: expected a record of Kinesis, got one without {field} (Records[{_records.Count}]).");

    private static ReadOnlyMemory<byte> Text(ref Utf8JsonReader reader, ReadOnlyMemory<byte> json)
    {
        reader.Read();
        if (reader.ValueIsEscaped || reader.TokenType != JsonTokenType.String)
        {
            return System.Text.Encoding.UTF8.GetBytes(reader.GetString() ?? "");
        }

        // The token starts at its quote.
        return json.Slice((int)reader.TokenStartIndex + 1, reader.ValueSpan.Length);
    }

    private ReadOnlyMemory<byte> Payload(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.ValueIsEscaped || reader.TokenType != JsonTokenType.String)
        {
            return reader.GetBytesFromBase64();
        }

        if (Base64.DecodeFromUtf8(reader.ValueSpan, _data.AsSpan(_used), out _, out var length) != OperationStatus.Done)
        {
            throw new FormatException($"event: expected base64 in Records[{_records.Count}].kinesis.data.");
        }

        var data = _data.AsMemory(_used, length);
        _used += length;
        return data;
    }
}
