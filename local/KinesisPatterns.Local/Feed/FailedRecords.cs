using System.Text.Json;
using KinesisPatterns.Local.Lambda;

namespace KinesisPatterns.Local.Feed;

/// <summary>The records in a failure document, by their stream.</summary>
internal static class FailedRecords
{
    /// <summary>The name of the function that failed them.</summary>
    public static string FunctionOf(FailureDocument document)
    {
        using var json = JsonDocument.Parse(document.S3Body);
        return json.RootElement.GetProperty("requestContext").GetProperty("functionArn").GetString()!.Split(':')[6];
    }

    public static IReadOnlyList<(string StreamArn, string ShardId, string SequenceNumber, byte[] Data)> Of(FailureDocument document) => Of(document.S3Body);

    /// <summary>The records in a document as a bucket has it.</summary>
    public static IReadOnlyList<(string StreamArn, string ShardId, string SequenceNumber, byte[] Data)> Of(ReadOnlyMemory<byte> body)
    {
        using var json = JsonDocument.Parse(body);
        return [.. from record in json.RootElement.GetProperty("payload").GetProperty("Records").EnumerateArray()
                   let id = record.GetProperty("eventID").GetString()!.Split(':')
                   select (
                       record.GetProperty("eventSourceARN").GetString()!,
                       id[0],
                       id[1],
                       record.GetProperty("kinesis").GetProperty("data").GetBytesFromBase64())];
    }
}
