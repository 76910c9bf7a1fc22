using KinesisPatterns.Local.Lambda;

namespace KinesisPatterns.Local.Tests.Lambda;

[Rule("https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-batchfailurereporting.html")]
public sealed class ItemFailureTests
{
    [Theory]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("\"\"")]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"batchItemFailures":[]}""")]
    [InlineData("""{"batchItemFailures":null}""")]
    [InlineData("""{"BatchItemFailures":[{"itemIdentifier":"x"}]}""")]
    [InlineData("""{"failedItems":["x"]}""")]
    public async Task Takes_as_success(string response)
    {
        await using var rig = new MappingRig { Function = _ => Reply.With(response) };
        rig.PutAll("1", "2");

        await MappingRig.IdleAsync(rig.Map(s => s with { ReportBatchItemFailures = true, MaximumRetryAttempts = 0 }));

        Assert.All(rig.Ends.Values, outcome => Assert.Equal(RecordEnd.Succeeded, outcome.End));
        Assert.Empty(rig.Remarks);
    }

    [Theory]
    [InlineData("\"done\"")]
    [InlineData("done")]
    public async Task Takes_as_success_with_a_remark(string response)
    {
        await using var rig = new MappingRig { Function = _ => Reply.With(response) };
        rig.PutAll("1");

        await MappingRig.IdleAsync(rig.Map(s => s with { ReportBatchItemFailures = true, MaximumRetryAttempts = 0 }));

        Assert.Equal(RecordEnd.Succeeded, rig.Ends["1"].End);
        Assert.Contains("reports no failures", Assert.Single(rig.Remarks), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"batchItemFailures":[{"itemIdentifier":"unknown"}]}""")]
    [InlineData("""{"batchItemFailures":[{"itemIdentifier":123}]}""")]
    [InlineData("""{"batchItemFailures":[{"itemIdentifier":""}]}""")]
    [InlineData("""{"batchItemFailures":[{"itemIdentifier":null}]}""")]
    [InlineData("""{"batchItemFailures":[{"foo":123}]}""")]
    [InlineData("""{"batchItemFailures":[{"foo":null}]}""")]
    public async Task Takes_as_failure_of_the_whole_batch(string response)
    {
        await using var rig = new MappingRig { Function = _ => Reply.With(response) };
        rig.PutAll("1", "2");

        await MappingRig.IdleAsync(rig.Map(s => s with
        {
            ReportBatchItemFailures = true,
            MaximumRetryAttempts = 0,
            OnFailureDestinationArn = MappingRig.Bucket,
        }));

        Assert.All(rig.Ends.Values, outcome => Assert.Equal(RecordEnd.DeadLettered, outcome.End));
        var answer = Assert.Single(rig.DeadLetters).Body.GetProperty("responseContext");
        Assert.Equal(200, answer.GetProperty("statusCode").GetInt32());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, answer.GetProperty("functionError").ValueKind);
    }

    [Fact]
    public async Task Resumes_at_the_lowest_record_that_is_named()
    {
        var first = true;
        await using var rig = new MappingRig();
        rig.Function = d =>
        {
            var failed = first ? Reply.Failing(d.Number(3), d.Number(1), d.Number(2)) : Reply.Failing();
            first = false;
            return failed;
        };
        rig.PutAll("1", "2", "3", "4");

        await MappingRig.IdleAsync(rig.Map(s => s with { ReportBatchItemFailures = true, MaximumRetryAttempts = 0 }));

        Assert.Equal(["1,2,3,4", "2,3,4"], rig.Batches);
        Assert.All(rig.Ends.Values, outcome => Assert.Equal(RecordEnd.Succeeded, outcome.End));
    }

    [Fact]
    public async Task Counts_retries_anew_after_progress()
    {
        await using var rig = new MappingRig { Function = d => Reply.Failing(d.Number(d.Records.Count - 1)) };
        rig.PutAll("4", "5", "6");

        await MappingRig.IdleAsync(rig.Map(s => s with
        {
            ReportBatchItemFailures = true,
            MaximumRetryAttempts = 3,
            OnFailureDestinationArn = MappingRig.Bucket,
        }));

        // Recorded against AWS: the last record is delivered five times, and the document says four.
        Assert.Equal(["4,5,6", "6", "6", "6", "6"], rig.Batches);
        var body = Assert.Single(rig.DeadLetters).Body;
        Assert.Equal(4, body.GetProperty("requestContext").GetProperty("approximateInvokeCount").GetInt32());
        Assert.Equal(1, body.GetProperty("KinesisBatchInfo").GetProperty("batchSize").GetInt32());
    }

    [Fact]
    public async Task Forgets_earlier_failures_after_progress()
    {
        var attempts = 0;
        await using var rig = new MappingRig();
        rig.Function = d => Reply.Failing(d.Number(++attempts == 3 ? 1 : 0));
        rig.PutAll("1", "2");

        await MappingRig.IdleAsync(rig.Map(s => s with { ReportBatchItemFailures = true, MaximumRetryAttempts = 2 }));

        Assert.Equal(["1,2", "1,2", "1,2", "2", "2", "2"], rig.Batches);
        Assert.Equal((RecordEnd.Succeeded, RecordEnd.Dropped), (rig.Ends["1"].End, rig.Ends["2"].End));
    }

    [Fact]
    public async Task Ignores_the_response_when_it_is_not_switched_on()
    {
        await using var rig = new MappingRig { Function = d => Reply.Failing(d.Number(0)) };
        rig.PutAll("1");

        await MappingRig.IdleAsync(rig.Map(s => s with { MaximumRetryAttempts = 0 }));

        Assert.Equal(RecordEnd.Succeeded, rig.Ends["1"].End);
    }
}
