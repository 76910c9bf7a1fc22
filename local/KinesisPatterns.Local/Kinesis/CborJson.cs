using System.Formats.Cbor;
using System.Text.Json;

namespace KinesisPatterns.Local.Kinesis;

/// <summary>
/// Turns the CBOR of the Kinesis protocol into its JSON and back, for the operations whose speed does not matter.
/// </summary>
/// <remarks>
/// Blobs are byte strings and timestamps whole milliseconds under tag 1, as AWS's own SDK for Java has it.
/// </remarks>
internal static class CborJson
{
    public static PooledBuffer ToJson(ReadOnlyMemory<byte> body)
    {
        var buffer = new PooledBuffer(body.Length + 64);
        try
        {
            using var json = new Utf8JsonWriter(buffer);
            if (body.IsEmpty)
            {
                json.WriteStartObject();
                json.WriteEndObject();
            }
            else
            {
                Read(new CborReader(body, CborConformanceMode.Lax), json);
            }

            json.Flush();
            return buffer;
        }
        catch (Exception e) when (e is CborContentException or InvalidOperationException or OverflowException)
        {
            buffer.Dispose();
            throw KinesisException.Serialization("The body is not CBOR: " + e.Message);
        }
    }

    public static byte[] FromJson(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        var cbor = new CborWriter(CborConformanceMode.Lax);
        Write(cbor, document.RootElement, "");
        return cbor.Encode();
    }

    public static void Write(CborWriter cbor, JsonElement value, string name)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                cbor.WriteStartMap(null);
                foreach (var member in value.EnumerateObject())
                {
                    cbor.WriteTextString(member.Name);
                    Write(cbor, member.Value, member.Name);
                }

                cbor.WriteEndMap();
                break;
            case JsonValueKind.Array:
                cbor.WriteStartArray(null);
                foreach (var item in value.EnumerateArray())
                {
                    Write(cbor, item, name);
                }

                cbor.WriteEndArray();
                break;
            case JsonValueKind.String when name == "Data":
                cbor.WriteByteString(value.GetBytesFromBase64());
                break;
            case JsonValueKind.String:
                cbor.WriteTextString(value.GetString()!);
                break;
            case JsonValueKind.Number when name.EndsWith("Timestamp", StringComparison.Ordinal):
                cbor.WriteTag(CborTag.UnixTimeSeconds);
                cbor.WriteInt64((long)Math.Round(value.GetDouble() * 1000));
                break;
            case JsonValueKind.Number:
                cbor.WriteInt64(value.GetInt64());
                break;
            case JsonValueKind.True or JsonValueKind.False:
                cbor.WriteBoolean(value.GetBoolean());
                break;
            default:
                cbor.WriteNull();
                break;
        }
    }

    private static void Read(CborReader cbor, Utf8JsonWriter json)
    {
        switch (cbor.PeekState())
        {
            case CborReaderState.StartMap:
                cbor.ReadStartMap();
                json.WriteStartObject();
                while (cbor.PeekState() != CborReaderState.EndMap)
                {
                    json.WritePropertyName(cbor.ReadTextString());
                    Read(cbor, json);
                }

                cbor.ReadEndMap();
                json.WriteEndObject();
                break;
            case CborReaderState.StartArray:
                cbor.ReadStartArray();
                json.WriteStartArray();
                while (cbor.PeekState() != CborReaderState.EndArray)
                {
                    Read(cbor, json);
                }

                cbor.ReadEndArray();
                json.WriteEndArray();
                break;
            case CborReaderState.Tag:
                cbor.ReadTag();
                json.WriteNumberValue(Milliseconds(cbor) / 1000m);
                break;
            case CborReaderState.ByteString or CborReaderState.StartIndefiniteLengthByteString:
                json.WriteBase64StringValue(cbor.ReadByteString());
                break;
            case CborReaderState.TextString or CborReaderState.StartIndefiniteLengthTextString:
                json.WriteStringValue(cbor.ReadTextString());
                break;
            case CborReaderState.UnsignedInteger or CborReaderState.NegativeInteger:
                json.WriteNumberValue(cbor.ReadInt64());
                break;
            case CborReaderState.Boolean:
                json.WriteBooleanValue(cbor.ReadBoolean());
                break;
            case CborReaderState.Null:
                cbor.ReadNull();
                json.WriteNullValue();
                break;
            default:
                json.WriteNumberValue(cbor.ReadDouble());
                break;
        }
    }

    // A float is seconds as RFC 8949 has it; the whole numbers of AWS's SDKs are milliseconds.
    private static decimal Milliseconds(CborReader cbor) => cbor.PeekState()
        is CborReaderState.UnsignedInteger or CborReaderState.NegativeInteger
        ? cbor.ReadInt64()
        : (decimal)cbor.ReadDouble() * 1000;
}
