using KinesisPatterns.Local.Lambda;

namespace KinesisPatterns.Local.Tests.Lambda;

[Rule("https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html")]
public sealed class BisectTests
{
    [Fact]
    public async Task Narrows_a_batch_down_to_the_poison_record()
    {
        await using var rig = new MappingRig { Function = d => d.Data.Contains("6") ? Reply.Error() : Reply.With("null") };
        rig.PutAll("1", "2", "3", "4", "5", "6", "7", "8");

        await MappingRig.IdleAsync(rig.Map(s => s with
        {
            BisectBatchOnFunctionError = true,
            MaximumRetryAttempts = 2,
            OnFailureDestinationArn = MappingRig.Bucket,
        }));

        Assert.Equal(["1,2,3,4,5,6,7,8", "1,2,3,4", "5,6,7,8", "5,6", "5", "6", "6", "6", "7,8"], rig.Batches);
        Assert.Equal("6", Assert.Single(rig.Ends, e => e.Value.End == RecordEnd.DeadLettered).Key);
        Assert.Equal(7, rig.Ends.Count(e => e.Value.End == RecordEnd.Succeeded));
        Assert.Equal(
            3, rig.DeadLetters[0].Body.GetProperty("requestContext").GetProperty("approximateInvokeCount").GetInt32());
    }

    [Fact]
    public async Task Splits_without_any_retry_left()
    {
        await using var rig = new MappingRig { Function = d => d.Data.Contains("2") ? Reply.Error() : Reply.With("null") };
        rig.PutAll("1", "2", "3");

        await MappingRig.IdleAsync(
            rig.Map(s => s with { BisectBatchOnFunctionError = true, MaximumRetryAttempts = 0 }));

        Assert.Equal(["1,2,3", "1", "2,3", "2", "3"], rig.Batches);
    }

    [Fact]
    public async Task Gives_each_half_retries_of_its_own()
    {
        await using var rig = new MappingRig { Function = _ => Reply.Error() };
        rig.PutAll("1", "2");

        await MappingRig.IdleAsync(
            rig.Map(s => s with { BisectBatchOnFunctionError = true, MaximumRetryAttempts = 1 }));

        Assert.Equal(["1,2", "1", "1", "2", "2"], rig.Batches);
    }

    [Fact]
    public async Task Splits_on_an_error_also_when_failures_are_reported()
    {
        await using var rig = new MappingRig { Function = d => d.Data.Contains("1") ? Reply.Error() : Reply.Failing() };
        rig.PutAll("1", "2");

        await MappingRig.IdleAsync(rig.Map(s => s with
        {
            BisectBatchOnFunctionError = true,
            ReportBatchItemFailures = true,
            MaximumRetryAttempts = 0,
        }));

        Assert.Equal(["1,2", "1", "2"], rig.Batches);
    }

    [Fact]
    public async Task Splits_a_partial_failure_at_the_reported_record()
    {
        await using var rig = new MappingRig
        {
            Function = d =>
                d.Data.Contains("3") ? Reply.Failing(d.Number(d.Data.ToList().IndexOf("3"))) : Reply.Failing(),
        };
        rig.PutAll("1", "2", "3", "4");

        await MappingRig.IdleAsync(rig.Map(s => s with
        {
            BisectBatchOnFunctionError = true,
            ReportBatchItemFailures = true,
            MaximumRetryAttempts = 1,
        }));

        Assert.Equal(["1,2,3,4", "3,4", "3,4"], rig.Batches);
    }
}
