using System.Text.Json;
using KinesisPatterns.Lambdas.Streams;

namespace KinesisPatterns.Lambdas.RejectionCounter;

/// <summary>
/// Counts rejected readings by their reason, under the names that the cleansing function counts by: a Flink job in pure SQL
/// has no metrics of its own.
/// </summary>
internal sealed class RejectionCounterFunction(EmbeddedMetrics metrics)
{
    /// <summary>The reason is the name in the record: <c>out-of-range</c> is counted as <c>RejectedOutOfRange</c>.</summary>
    public async Task<Stream> HandleAsync(Stream input, CancellationToken deadline)
    {
        using var batch = await KinesisBatch.ReadAsync(input);
        var failed = new bool[batch.Records.Count];
        var counts = new SortedDictionary<string, long>(StringComparer.Ordinal) { ["Rejected"] = 0 };
        for (var index = 0; index < failed.Length; index++)
        {
            if (Reason(batch.Records[index].Data.Span) is { Length: > 0 } reason)
            {
                counts["Rejected"]++;
                counts[reason] = counts.GetValueOrDefault(reason) + 1;
            }
            else
            {
                failed[index] = true;
            }
        }

        metrics.Write(counts);
        return BatchResponse.From(batch.Records, failed);
    }

    private static string? Reason(ReadOnlySpan<byte> json)
    {
        try
        {
            var reader = new Utf8JsonReader(json);
            using var document = JsonDocument.ParseValue(ref reader);
            return document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.TryGetProperty("reason"u8, out var reason)
                && reason.ValueKind == JsonValueKind.String
                ? Name(reason.GetString()!)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string Name(string reason) =>
        reason.Length == 0 ? "" : $"Rejected{string.Concat(reason.Split('-').Where(word => word.Length > 0).Select(word => char.ToUpperInvariant(word[0]) + word[1..]))}";
}
