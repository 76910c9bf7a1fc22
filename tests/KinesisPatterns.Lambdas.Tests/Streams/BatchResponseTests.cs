using System.Text;
using KinesisPatterns.Lambdas.Streams;

namespace KinesisPatterns.Lambdas.Tests.Streams;

// https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html
public sealed class BatchResponseTests
{
    [Fact]
    public void Asks_for_nothing_when_nothing_failed() =>
        Assert.Equal("""{"batchItemFailures":[]}""", Response(false, false));

    [Fact]
    public void Asks_for_the_records_from_the_first_failed_one_on() =>
        Assert.Equal($$"""{"batchItemFailures":[{"itemIdentifier":"{{Events.Sequence(2)}}"}]}""", Response(false, true, true));

    [Fact]
    public void Fails_when_the_first_record_alone_keeps_others_back_so_that_lambda_halves_the_batch()
    {
        var error = Assert.Throws<FirstRecordFailedException>(() => Response(true, false));

        Assert.Contains(Events.Sequence(1), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Asks_for_the_whole_batch_when_every_record_failed() =>
        Assert.Contains(Events.Sequence(1), Response(true, true), StringComparison.Ordinal);

    [Fact]
    public void Asks_for_a_single_record_again() =>
        Assert.Contains(Events.Sequence(1), Response(true), StringComparison.Ordinal);

    private static string Response(params bool[] failed)
    {
        using var batch = KinesisBatch.Read(Events.Json(failed.Select(_ => "x"u8.ToArray())));
        using var reader = new StreamReader(BatchResponse.From(batch.Records, failed), Encoding.UTF8);
        return reader.ReadToEnd();
    }
}
