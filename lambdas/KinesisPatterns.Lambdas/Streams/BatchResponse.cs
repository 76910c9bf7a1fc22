using System.Text.Json;

namespace KinesisPatterns.Lambdas.Streams;

/// <summary>
/// What a function answers about a batch: from which record on Lambda has to deliver it again
/// (https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html).
/// </summary>
public static class BatchResponse
{
    /// <summary>The response that asks for the records from the <paramref name="failed"/> one on; null asks for none.</summary>
    public static Stream From(KinesisRecord? failed)
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
