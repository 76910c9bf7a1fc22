using System.Buffers;
using System.Buffers.Text;
using System.Text;
using System.Text.Json;

namespace KinesisPatterns.Local.Kinesis;

/// <summary>Reads a PutRecords request straight from the bytes of its body: base64 is decoded in place.</summary>
internal static class PutRecordsJson
{
    public static void Read(Memory<byte> body, PutRecordsRequest request)
    {
        try
        {
            ReadMembers(body, request);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw KinesisException.Serialization("The request is not what PutRecords expects: " + e.Message);
        }
    }

    private static void ReadMembers(Memory<byte> body, PutRecordsRequest request)
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
                    ReadEntries(ref json, body, request);
                }
            }
            else if (json.ValueTextEquals("StreamName"u8))
            {
                json.Read();
                request.StreamName = json.GetString();
            }
            else if (json.ValueTextEquals("StreamARN"u8))
            {
                json.Read();
                request.StreamArn = json.GetString();
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

    private static void ReadEntries(ref Utf8JsonReader json, Memory<byte> body, PutRecordsRequest request)
    {
        Expect(json.TokenType == JsonTokenType.StartArray);
        request.Begin();
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            Expect(json.TokenType == JsonTokenType.StartObject);
            var entry = default(PutRecordsRequest.Entry);
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

            request.Add(entry);
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
}
