using System.Buffers.Text;
using System.Formats.Cbor;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace KinesisPatterns.Local.Kinesis;

/// <summary>Writes records as GetRecords and SubscribeToShard answer them.</summary>
internal static class RecordsAnswer
{
    private static readonly JsonWriterOptions _relaxed =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static void WriteJson(
        PooledBuffer answer, ReadOnlySpan<KinesisRecord> records, ShardReader reader, string? next)
    {
        WriteRecords(answer, records);
        if (next is null)
        {
            answer.Write(",\"NextShardIterator\":null"u8);
        }
        else
        {
            answer.Write(",\"NextShardIterator\":\""u8);
            WriteAscii(answer, next);
            answer.Write("\""u8);
        }

        WriteEnd(answer, reader, atEnd: next is null);
    }

    /// <summary>Writes an event of SubscribeToShard.</summary>
    public static void WriteEvent(
        PooledBuffer answer, ReadOnlySpan<KinesisRecord> records, ShardReader reader, string continuation)
    {
        WriteRecords(answer, records);
        answer.Write(",\"ContinuationSequenceNumber\":\""u8);
        WriteAscii(answer, continuation);
        answer.Write("\""u8);
        WriteEnd(answer, reader, reader.IsAtEnd);
    }

    public static void WriteCbor(
        PooledBuffer answer, ReadOnlySpan<KinesisRecord> records, ShardReader reader, string? next)
    {
        var cbor = new CborWriter(CborConformanceMode.Lax);
        cbor.WriteStartMap(null);
        cbor.WriteTextString("Records");
        cbor.WriteStartArray(null);
        foreach (var record in records)
        {
            cbor.WriteStartMap(null);
            cbor.WriteTextString("SequenceNumber");
            cbor.WriteTextString(record.SequenceNumber.ToString());
            cbor.WriteTextString("ApproximateArrivalTimestamp");
            cbor.WriteTag(CborTag.UnixTimeSeconds);
            cbor.WriteInt64(record.ArrivalMilliseconds);
            cbor.WriteTextString("Data");
            cbor.WriteByteString(record.Data.Span);
            cbor.WriteTextString("PartitionKey");
            cbor.WriteTextString(record.PartitionKey);
            if (record.IsEncrypted)
            {
                cbor.WriteTextString("EncryptionType");
                cbor.WriteTextString("KMS");
            }

            cbor.WriteEndMap();
        }

        cbor.WriteEndArray();
        if (next is not null)
        {
            cbor.WriteTextString("NextShardIterator");
            cbor.WriteTextString(next);
        }

        cbor.WriteTextString("MillisBehindLatest");
        cbor.WriteInt64(reader.MillisBehindLatest);
        if (next is null)
        {
            using var children = new PooledBuffer();
            using var json = new Utf8JsonWriter(children);
            json.WriteStartObject();
            json.WriteChildShards(reader.Shard);
            json.WriteEndObject();
            json.Flush();
            using var document = JsonDocument.Parse(children.Written);
            cbor.WriteTextString("ChildShards");
            CborJson.Write(cbor, document.RootElement.GetProperty("ChildShards"), "ChildShards");
        }

        cbor.WriteEndMap();
        cbor.Encode(answer.GetSpan(cbor.BytesWritten));
        answer.Advance(cbor.BytesWritten);
    }

    private static void WriteRecords(PooledBuffer answer, ReadOnlySpan<KinesisRecord> records)
    {
        answer.Write("{\"Records\":["u8);
        for (var i = 0; i < records.Length; i++)
        {
            ref readonly var record = ref records[i];
            answer.Write(i == 0 ? "{\"SequenceNumber\":\""u8 : ",{\"SequenceNumber\":\""u8);
            record.SequenceNumber.Format(answer.GetSpan(SequenceNumber.Digits));
            answer.Advance(SequenceNumber.Digits);
            answer.Write("\",\"ApproximateArrivalTimestamp\":"u8);
            WriteSeconds(answer, record.ArrivalMilliseconds);
            answer.Write(",\"Data\":\""u8);
            WriteBase64(answer, record.Data.Span);
            answer.Write("\",\"PartitionKey\":\""u8);
            WriteText(answer, record.PartitionKeyUtf8.Span);
            answer.Write(record.IsEncrypted ? "\",\"EncryptionType\":\"KMS\"}"u8 : "\"}"u8);
        }

        answer.Write("]"u8);
    }

    private static void WriteEnd(PooledBuffer answer, ShardReader reader, bool atEnd)
    {
        answer.Write(",\"MillisBehindLatest\":"u8);
        WriteNumber(answer, reader.MillisBehindLatest);
        if (atEnd)
        {
            answer.Write(","u8);
            using var json = new Utf8JsonWriter(answer, _relaxed);
            json.WriteChildShards(reader.Shard);
        }

        answer.Write("}"u8);
    }

    /// <summary>Seconds with three decimals, as every Kinesis timestamp in JSON.</summary>
    public static void WriteSeconds(PooledBuffer answer, long milliseconds)
    {
        WriteNumber(answer, milliseconds / 1000);
        var span = answer.GetSpan(4);
        span[0] = (byte)'.';
        (milliseconds % 1000).TryFormat(span[1..], out _, "D3", CultureInfo.InvariantCulture);
        answer.Advance(4);
    }

    public static void WriteBase64(PooledBuffer answer, ReadOnlySpan<byte> data)
    {
        Base64.EncodeToUtf8(
            data, answer.GetSpan(Base64.GetMaxEncodedToUtf8Length(data.Length)), out _, out var written);
        answer.Advance(written);
    }

    /// <summary>Text between quotes that are already there.</summary>
    public static void WriteText(PooledBuffer answer, ReadOnlySpan<byte> utf8)
    {
        if (JavaScriptEncoder.UnsafeRelaxedJsonEscaping.FindFirstCharacterToEncodeUtf8(utf8) < 0)
        {
            answer.Write(utf8);
            return;
        }

        answer.Write(JsonEncodedText.Encode(utf8, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);
    }

    public static void WriteNumber(PooledBuffer answer, long number)
    {
        number.TryFormat(answer.GetSpan(20), out var digits, provider: CultureInfo.InvariantCulture);
        answer.Advance(digits);
    }

    private static void WriteAscii(PooledBuffer answer, string text)
    {
        System.Text.Encoding.ASCII.GetBytes(text, answer.GetSpan(text.Length));
        answer.Advance(text.Length);
    }
}
