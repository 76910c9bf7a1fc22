using System.Buffers;
using System.Buffers.Text;
using System.Formats.Cbor;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace KinesisPatterns.Local.Kinesis;

/// <summary>A PutRecords request, read straight from the bytes of its body: base64 is decoded in place.</summary>
internal sealed class PutRecordsRequest : IDisposable
{
    /// <summary>Most records of one request.</summary>
    /// <remarks>https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html</remarks>
    public const int MostRecords = 500;

    private Entry[] _entries = ArrayPool<Entry>.Shared.Rent(MostRecords);

    private PutRecordsRequest()
    {
    }

    public string? StreamName { get; private set; }

    public string? StreamArn { get; private set; }

    /// <summary>How many records the request has; of those above the limit only the number is known.</summary>
    public int? Count { get; private set; }

    public ReadOnlySpan<Entry> Entries => _entries.AsSpan(0, Math.Min(Count ?? 0, MostRecords));

    public static PutRecordsRequest ReadJson(Memory<byte> body)
    {
        var request = new PutRecordsRequest();
        try
        {
            request.Read(body);
            return request;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            request.Dispose();
            throw KinesisException.Serialization("The request is not what PutRecords expects: " + e.Message);
        }
    }

    public static PutRecordsRequest ReadCbor(ReadOnlyMemory<byte> body)
    {
        var request = new PutRecordsRequest();
        try
        {
            request.Read(new CborReader(body, CborConformanceMode.Lax));
            return request;
        }
        catch (Exception e) when (e is CborContentException or InvalidOperationException)
        {
            request.Dispose();
            throw KinesisException.Serialization("The request is not what PutRecords expects: " + e.Message);
        }
    }

    public void Dispose()
    {
        if (_entries.Length > 0)
        {
            ArrayPool<Entry>.Shared.Return(_entries, clearArray: true);
            _entries = [];
        }
    }

    private void Read(Memory<byte> body)
    {
        var json = new Utf8JsonReader(body.Span);
        json.Read();
        Expect(json.TokenType == JsonTokenType.StartObject);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("Records"u8))
            {
                json.Read();
                if (json.TokenType != JsonTokenType.Null)
                {
                    ReadEntries(ref json, body);
                }
            }
            else if (json.ValueTextEquals("StreamName"u8))
            {
                json.Read();
                StreamName = json.GetString();
            }
            else if (json.ValueTextEquals("StreamARN"u8))
            {
                json.Read();
                StreamArn = json.GetString();
            }
            else
            {
                json.Skip();
            }
        }

        while (json.Read())
        {
        }
    }

    private void ReadEntries(ref Utf8JsonReader json, Memory<byte> body)
    {
        Expect(json.TokenType == JsonTokenType.StartArray);
        var count = 0;
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            Expect(json.TokenType == JsonTokenType.StartObject);
            var entry = default(Entry);
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                if (json.ValueTextEquals("Data"u8))
                {
                    json.Read();
                    entry.Data = Decode(ref json, body);
                }
                else if (json.ValueTextEquals("PartitionKey"u8))
                {
                    json.Read();
                    entry.Key = Text(ref json, body);
                }
                else if (json.ValueTextEquals("ExplicitHashKey"u8))
                {
                    json.Read();
                    entry.ExplicitHashKey = json.GetString();
                }
                else
                {
                    json.Skip();
                }
            }

            Keep(count++, entry);
        }

        Count = count;
    }

    private void Read(CborReader cbor)
    {
        cbor.ReadStartMap();
        while (cbor.PeekState() != CborReaderState.EndMap)
        {
            switch (cbor.ReadTextString())
            {
                case "Records":
                    ReadEntries(cbor);
                    break;
                case "StreamName":
                    StreamName = cbor.ReadTextString();
                    break;
                case "StreamARN":
                    StreamArn = cbor.ReadTextString();
                    break;
                default:
                    cbor.SkipValue();
                    break;
            }
        }
    }

    private void ReadEntries(CborReader cbor)
    {
        var count = 0;
        cbor.ReadStartArray();
        while (cbor.PeekState() != CborReaderState.EndArray)
        {
            var entry = default(Entry);
            cbor.ReadStartMap();
            while (cbor.PeekState() != CborReaderState.EndMap)
            {
                switch (cbor.ReadTextString())
                {
                    case "Data":
                        entry.Data = cbor.PeekState() == CborReaderState.ByteString
                            ? cbor.ReadDefiniteLengthByteString()
                            : cbor.ReadByteString();
                        break;
                    case "PartitionKey":
                        entry.Key = cbor.PeekState() == CborReaderState.TextString
                            ? cbor.ReadDefiniteLengthTextStringBytes()
                            : Encoding.UTF8.GetBytes(cbor.ReadTextString());
                        break;
                    case "ExplicitHashKey":
                        entry.ExplicitHashKey = cbor.ReadTextString();
                        break;
                    default:
                        cbor.SkipValue();
                        break;
                }
            }

            cbor.ReadEndMap();
            Keep(count++, entry);
        }

        cbor.ReadEndArray();
        Count = count;
    }

    private void Keep(int index, in Entry entry)
    {
        if (index < MostRecords)
        {
            _entries[index] = entry;
        }
    }

    private static ReadOnlyMemory<byte>? Text(ref Utf8JsonReader json, Memory<byte> body)
    {
        if (json.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        Expect(json.TokenType == JsonTokenType.String);
        return json.ValueIsEscaped
            ? Encoding.UTF8.GetBytes(json.GetString()!)
            : body.Slice((int)json.TokenStartIndex + 1, json.ValueSpan.Length);
    }

    private static ReadOnlyMemory<byte>? Decode(ref Utf8JsonReader json, Memory<byte> body)
    {
        if (json.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        Expect(json.TokenType == JsonTokenType.String);
        if (json.ValueIsEscaped)
        {
            return json.TryGetBytesFromBase64(out var bytes) ? bytes : throw NotBase64();
        }

        var text = body.Slice((int)json.TokenStartIndex + 1, json.ValueSpan.Length);
        return Base64.DecodeFromUtf8InPlace(text.Span, out var length) == OperationStatus.Done
            ? text[..length]
            : throw NotBase64();
    }

    private static void Expect(bool valid)
    {
        if (!valid)
        {
            throw KinesisException.Serialization("The request is not what PutRecords expects.");
        }
    }

    private static KinesisException NotBase64() =>
        KinesisException.Serialization("The value of Data cannot be converted to Blob: it is not base64");

    /// <summary>One record of the request; what is null was not given.</summary>
    internal struct Entry
    {
        public ReadOnlyMemory<byte>? Data;
        public ReadOnlyMemory<byte>? Key;
        public string? ExplicitHashKey;

        public readonly UInt128? Hash =>
            ExplicitHashKey is null ? null : UInt128.Parse(ExplicitHashKey, CultureInfo.InvariantCulture);
    }
}
