using System.Text.Json;

namespace KinesisPatterns.Lambdas.Streams;

/// <summary>
/// What a function answers about a batch: from which record on Lambda has to deliver it again
/// (https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html).
/// </summary>
public static class BatchResponse
{
    /// <summary>The response that asks for the records from the first failed one on, or for none.</summary>
    /// <param name="records">The records of the batch.</param>
    /// <param name="failed">Which of them failed, in the same order.</param>
    /// <exception cref="FirstRecordFailedException">The first record failed while others did not.</exception>
    public static Stream From(IReadOnlyList<KinesisRecord> records, bool[] failed)
    {
        ArgumentNullException.ThrowIfNull(records);
        var first = Array.IndexOf(failed, true);
        if (first == 0 && Array.IndexOf(failed, false) >= 0)
        {
            throw new FirstRecordFailedException($"{records[0].ShardId} {records[0].SequenceNumber} failed, others of its batch did not.");
        }

        return Response(first < 0 ? null : records[first]);
    }

    private static MemoryStream Response(KinesisRecord? failed)
    {
        var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("batchItemFailures"u8);
            if (failed is { } record)
            {
                writer.WriteStartObject();
                writer.WriteString("itemIdentifier"u8, record.SequenceNumberUtf8.Span);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        stream.Position = 0;
        return stream;
    }
}
