using System.Runtime.InteropServices;
using Amazon.Kinesis;
using Amazon.Kinesis.Model;
using KinesisPatterns.Lambdas.Streams;

namespace KinesisPatterns.Lambdas.Cleansing;

/// <summary>A Kinesis data stream.</summary>
internal sealed class KinesisStream(IAmazonKinesis kinesis, string name) : IRecordStream
{
    public async Task<IReadOnlyList<string?>> PutAsync(IReadOnlyList<OutputRecord> records, CancellationToken cancellationToken)
    {
        var answer = await kinesis.PutRecordsAsync(
            new() { StreamName = name, Records = [.. records.Select(Entry)] }, cancellationToken);
        return [.. answer.Records.Select(record => record.ErrorCode)];
    }

    private static PutRecordsRequestEntry Entry(OutputRecord record) => new()
    {
        PartitionKey = record.PartitionKey,
        Data = MemoryMarshal.TryGetArray(record.Data, out var bytes)
            ? new(bytes.Array!, bytes.Offset, bytes.Count, writable: false, publiclyVisible: true)
            : new(record.Data.ToArray()),
    };
}
