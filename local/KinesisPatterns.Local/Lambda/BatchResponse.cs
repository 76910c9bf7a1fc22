using System.Text.Json;
using KinesisPatterns.Local.Kinesis;

namespace KinesisPatterns.Local.Lambda;

/// <summary>What a successful invocation says of its batch.</summary>
/// <remarks>https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html</remarks>
internal readonly record struct BatchResponse(int? FailedFrom, ReadOnlyMemory<byte>? State, string? Remark)
{
    /// <summary>
    /// Reads a response; <see cref="FailedFrom"/> is the index to go on at, null when the batch is done.
    /// </summary>
    public static BatchResponse Read(
        ReadOnlyMemory<byte> payload, ReadOnlySpan<KinesisRecord> batch, bool reportsFailures, bool hasWindow)
    {
        if (!reportsFailures && !hasWindow)
        {
            return default;
        }

        try
        {
            using var document = JsonDocument.Parse(payload.IsEmpty ? "null"u8.ToArray() : payload);
            var root = document.RootElement;
            if (root.ValueKind != JsonValueKind.Object)
            {
                var isEmpty = root.ValueKind == JsonValueKind.Null
                    || (root.ValueKind == JsonValueKind.String && root.GetString() is "")
                    || (root.ValueKind == JsonValueKind.Array && root.GetArrayLength() == 0);
                return new(null, null, isEmpty ? null : NotAReport(root.GetRawText()));
            }

            return new(
                reportsFailures ? FirstFailure(root, batch) : null,
                root.TryGetProperty("state", out var state) && state.ValueKind == JsonValueKind.Object
                    ? System.Text.Encoding.UTF8.GetBytes(state.GetRawText())
                    : (ReadOnlyMemory<byte>?)null,
                null);
        }
        catch (JsonException)
        {
            return new(null, null, NotAReport("what is not JSON"));
        }
    }

    private static int? FirstFailure(JsonElement root, ReadOnlySpan<KinesisRecord> batch)
    {
        if (!root.TryGetProperty("batchItemFailures", out var failures)
            || failures.ValueKind != JsonValueKind.Array
            || failures.GetArrayLength() == 0)
        {
            return null;
        }

        var lowest = batch.Length;
        foreach (var failure in failures.EnumerateArray())
        {
            // Whatever names no record of the batch fails all of it.
            lowest = Math.Min(lowest, Math.Max(0, IndexOf(failure, batch)));
        }

        return lowest;
    }

    private static int IndexOf(JsonElement failure, ReadOnlySpan<KinesisRecord> batch)
    {
        if (failure.ValueKind != JsonValueKind.Object
            || !failure.TryGetProperty("itemIdentifier", out var identifier)
            || identifier.ValueKind != JsonValueKind.String
            || !SequenceNumber.TryParse(identifier.GetString(), out var number))
        {
            return -1;
        }

        for (var i = 0; i < batch.Length; i++)
        {
            if (batch[i].SequenceNumber == number)
            {
                return i;
            }
        }

        return -1;
    }

    private static string NotAReport(string what) =>
        $"the function answered {(what.Length > 60 ? what[..60] + "…" : what)}, which reports no failures; "
        + "taken as success (AWS does not say).";
}
