using System.Text;
using KinesisPatterns.Lambdas.Streams;

namespace KinesisPatterns.Lambdas.Tests.Streams;

public sealed class KinesisBatchTests
{
    [Fact]
    public void Reads_the_records_in_order()
    {
        using var batch = Events.Batch([1, 2, 3], [], [0xFF]);

        Assert.Equal(["010203", "", "FF"], batch.Records.Select(record => Convert.ToHexString(record.Data.Span)));
        Assert.Equal([Events.Sequence(1), Events.Sequence(2), Events.Sequence(3)], batch.Records.Select(record => record.SequenceNumber));
        Assert.All(batch.Records, record => Assert.Equal(Events.Shard, record.ShardId));
        Assert.All(batch.Records, record => Assert.Equal("machine-1", record.PartitionKey));
        Assert.All(batch.Records, record => Assert.Equal(Events.Arrival, record.Arrival));
    }

    [Fact]
    public void Reads_escaped_text()
    {
        var json = Encoding.UTF8.GetString(Events.Json([[0xFB, 0xEF, 0xBE]]))
            .Replace("machine-1", "m\\u00fc\\\"", StringComparison.Ordinal)
            .Replace("++++", "\\u002b\\u002b++", StringComparison.Ordinal);

        using var batch = KinesisBatch.Read(Encoding.UTF8.GetBytes(json));

        Assert.Equal("mü\"", batch.Records[0].PartitionKey);
        Assert.Equal("FBEFBE", Convert.ToHexString(batch.Records[0].Data.Span));
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("""{"Records":[{"eventSource":"aws:sqs","body":"x"}]}""")]
    [InlineData("""{"Records":[{"kinesis":{"sequenceNumber":"1","partitionKey":"a","data":"!!","approximateArrivalTimestamp":1},"eventID":"s:1"}]}""")]
    public void Fails_on_an_event_of_another_service(string json) =>
        Assert.Throws<FormatException>(() => KinesisBatch.Read(Encoding.UTF8.GetBytes(json)));

    [Fact]
    public void An_event_without_records_is_empty()
    {
        using var batch = KinesisBatch.Read("""{"Records":[]}"""u8.ToArray());

        Assert.Empty(batch.Records);
    }
}
