using System.Buffers;
using System.Globalization;
using System.Text;

namespace KinesisPatterns.Local.Kinesis;

/// <summary>PutRecord and PutRecords.</summary>
internal static class WriteOperations
{
    public static void PutRecord(KinesisCall call)
    {
        var entry = new PutRecordsRequest.Entry
        {
            Data = call.Blob("Data"),
            Key = call.Text("PartitionKey") is { } key ? (ReadOnlyMemory<byte>?)Encoding.UTF8.GetBytes(key) : null,
            ExplicitHashKey = call.Text("ExplicitHashKey"),
        };
        PutRules.Explain(entry, "");
        CheckOrdering(call.Text("SequenceNumberForOrdering"));
        var stream = call.ServingStream();
        PutRules.CheckSize(entry.Data!.Value.Length + entry.Key!.Value.Length, stream);

        var put = stream.Put(entry.Key!.Value.Span, entry.Data!.Value.Span, entry.Hash, stream.Now);
        put.Shard.Notify();
        if (put.IsThrottled)
        {
            throw KinesisException.RateExceeded(put.Shard);
        }

        call.Response.WriteStartObject();
        call.Response.WriteString("ShardId", put.Shard.IdUtf8);
        call.Response.WriteString("SequenceNumber", put.SequenceNumber.ToString());
        if (stream.IsEncrypted)
        {
            call.Response.WriteString("EncryptionType", "KMS");
        }

        call.Response.WriteEndObject();
    }

    /// <summary>Stores the records of a request and writes the answer as JSON.</summary>
    public static void PutRecords(
        KinesisStream stream, PutRecordsRequest request, PooledBuffer answer)
    {
        var (now, failed) = (stream.Now, 0);
        var results = ArrayPool<PutResult>.Shared.Rent(request.Entries.Length);
        try
        {
            for (var i = 0; i < request.Entries.Length; i++)
            {
                ref readonly var entry = ref request.Entries[i];
                results[i] = stream.Put(entry.Key!.Value.Span, entry.Data!.Value.Span, entry.Hash, now);
                failed += results[i].IsThrottled ? 1 : 0;
            }

            stream.NotifyReaders();
            Answer(stream, results.AsSpan(0, request.Entries.Length), failed, answer);
        }
        finally
        {
            ArrayPool<PutResult>.Shared.Return(results, clearArray: true);
        }
    }

    private static void Answer(
        KinesisStream stream, ReadOnlySpan<PutResult> results, int failed, PooledBuffer answer)
    {
        answer.Write("{\"FailedRecordCount\":"u8);
        failed.TryFormat(answer.GetSpan(16), out var digits, provider: CultureInfo.InvariantCulture);
        answer.Advance(digits);
        answer.Write(",\"Records\":["u8);
        for (var i = 0; i < results.Length; i++)
        {
            answer.Write(i == 0 ? "{"u8 : ",{"u8);
            if (results[i].IsThrottled)
            {
                answer.Write("\"ErrorCode\":\"ProvisionedThroughputExceededException\",\"ErrorMessage\":\""u8);
                answer.Write(Encoding.UTF8.GetBytes(KinesisException.RateExceededText(results[i].Shard)));
            }
            else
            {
                answer.Write("\"SequenceNumber\":\""u8);
                results[i].SequenceNumber.Format(answer.GetSpan(SequenceNumber.Digits));
                answer.Advance(SequenceNumber.Digits);
                answer.Write("\",\"ShardId\":\""u8);
                answer.Write(results[i].Shard.IdUtf8);
            }

            answer.Write("\"}"u8);
        }

        answer.Write(stream.IsEncrypted ? "],\"EncryptionType\":\"KMS\"}"u8 : "]}"u8);
    }

    private static void CheckOrdering(string? number)
    {
        if (number is not null && !SequenceNumber.TryParse(number, out _))
        {
            throw KinesisException.InvalidArgument($"Invalid SequenceNumberForOrdering: {number}");
        }
    }
}
