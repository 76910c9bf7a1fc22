using System.Globalization;
using System.Text;
using KinesisPatterns.Local.Kinesis;
using KinesisPatterns.StateFun;
using KinesisPatterns.StateFun.Testing;

namespace KinesisPatterns.Local.StatefulFunctions;

/// <summary>A record that a function sends to a stream.</summary>
internal sealed record EgressRecord(string Stream, string PartitionKey, string? ExplicitHashKey, ReadOnlyMemory<byte> Data)
{
    /// <exception cref="CallFailedException">The message is none.</exception>
    public static EgressRecord Of(EgressMessage message)
    {
        try
        {
            var record = message.AsKinesis();
            return new(record.Stream, record.PartitionKey, record.ExplicitHashKey, record.Data);
        }
        catch (InvalidOperationException error)
        {
            throw new CallFailedException(error.Message);
        }
    }

    /// <summary>Fails when the Kinesis Producer Library would not take the record.</summary>
    /// <exception cref="CallFailedException">With the reason.</exception>
    public void Check(string egress)
    {
        if (PartitionKey.Length is < 1 or > 256)
        {
            throw new CallFailedException($"{egress}: expected a partition key of 1 to 256 characters, got {PartitionKey.Length}");
        }

        var bytes = Data.Length + Encoding.UTF8.GetByteCount(PartitionKey);
        if (bytes > Context.MaximumKinesisRecordBytes)
        {
            throw new CallFailedException(string.Create(
                CultureInfo.InvariantCulture, $"{egress}: expected a record of at most {Context.MaximumKinesisRecordBytes:N0} bytes with its partition key, got {bytes:N0}"));
        }
    }

    /// <summary>Puts it.</summary>
    /// <returns>Whether the stream took it.</returns>
    public bool Put(KinesisStream stream) =>
        !stream.Put(PartitionKey, Data.Span, ExplicitHashKey is { } hash ? UInt128.Parse(hash, CultureInfo.InvariantCulture) : null).IsThrottled;
}
