using KinesisPatterns.Local.Lambda;

namespace KinesisPatterns.Local.Tests.Lambda;

[Rule("https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html")]
public sealed class RetryTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public async Task Invokes_once_more_than_it_may_retry(int retries)
    {
        await using var rig = new MappingRig { Function = _ => Reply.Error() };
        rig.PutAll("poison");

        var mapping = rig.Map(
            s => s with { MaximumRetryAttempts = retries, OnFailureDestinationArn = MappingRig.Bucket });
        await MappingRig.IdleAsync(mapping);

        Assert.Equal(retries + 1, rig.Deliveries.Count);
        var context = Assert.Single(rig.DeadLetters).Body.GetProperty("requestContext");
        Assert.Equal("RetryAttemptsExhausted", context.GetProperty("condition").GetString());
        Assert.Equal(retries + 1, context.GetProperty("approximateInvokeCount").GetInt32());
        Assert.Equal((retries + 1, retries), (mapping.Counters.FailedInvocations, mapping.Counters.Retried));
        Assert.Equal("PROBLEM: Function call failed", mapping.LastProcessingResult);
        Assert.Equal("no", mapping.LastError);
    }

    [Fact]
    public async Task Goes_on_with_the_next_batch_after_giving_up()
    {
        await using var rig = new MappingRig { Function = d => d.Data.Contains("2") ? Reply.Error() : Reply.With("null") };
        rig.PutAll("1", "2", "3");

        await MappingRig.IdleAsync(
            rig.Map(
                s => s with { BatchSize = 1, MaximumRetryAttempts = 1, OnFailureDestinationArn = MappingRig.Bucket }));

        Assert.Equal(["1", "2", "2", "3"], rig.Batches);
        Assert.Equal(RecordEnd.Succeeded, rig.Ends["3"].End);
        Assert.Equal(new RecordOutcome(RecordEnd.DeadLettered, "RetryAttemptsExhausted"), rig.Ends["2"]);
    }

    [Fact]
    public async Task Retries_without_end_by_default()
    {
        var attempts = 0;
        await using var rig = new MappingRig { Function = _ => ++attempts < 15 ? Reply.Error() : Reply.With("null") };
        rig.PutAll("1");

        await MappingRig.IdleAsync(rig.Map());

        Assert.Equal(15, attempts);
        Assert.Equal(RecordEnd.Succeeded, rig.Ends["1"].End);
    }

    [Fact]
    public async Task Waits_twice_as_long_before_each_further_attempt()
    {
        await using var rig = new MappingRig { Function = _ => Reply.Error() };
        rig.PutAll("1");

        await MappingRig.IdleAsync(rig.Map(
            s => s with { MaximumRetryAttempts = 4 },
            new() { FirstRetry = TimeSpan.FromSeconds(1), LongestRetry = TimeSpan.FromSeconds(4) }));

        Assert.Equal([1, 2, 4, 4], rig.Deliveries.Zip(rig.Deliveries.Skip(1), (a, b) => (b.At - a.At).TotalSeconds));
    }

    [Fact]
    public async Task Never_counts_a_throttle_as_a_retry()
    {
        var attempts = 0;
        await using var rig = new MappingRig { Function = _ => ++attempts < 10 ? Reply.Throttle() : Reply.With("null") };
        rig.PutAll("1");

        var mapping = rig.Map(s => s with { MaximumRetryAttempts = 0, BisectBatchOnFunctionError = true });
        await MappingRig.IdleAsync(mapping);

        Assert.Equal(RecordEnd.Succeeded, rig.Ends["1"].End);
        Assert.Equal(
            (9, 1, 0), (mapping.Counters.Throttled, mapping.Counters.Invoked, mapping.Counters.FailedInvocations));
    }

    [Fact]
    public async Task Never_counts_an_error_of_the_service_as_a_retry()
    {
        var attempts = 0;
        await using var rig = new MappingRig
        {
            Function = _ => ++attempts < 3 ? throw new IOException("the disk is full") : Reply.With("null"),
        };
        rig.PutAll("1");

        var mapping = rig.Map(s => s with { MaximumRetryAttempts = 0 });
        await MappingRig.IdleAsync(mapping);

        Assert.Equal(RecordEnd.Succeeded, rig.Ends["1"].End);
        Assert.Equal("the disk is full", mapping.LastError);
    }

    [Fact]
    public async Task Ends_a_throttled_record_by_its_age()
    {
        await using var rig = new MappingRig { Function = _ => Reply.Throttle() };
        rig.PutAll("1");

        await MappingRig.IdleAsync(
            rig.Map(s => s with { MaximumRecordAgeInSeconds = 60, OnFailureDestinationArn = MappingRig.Bucket }));

        Assert.Equal(new RecordOutcome(RecordEnd.DeadLettered, "RecordAgeExceeded"), rig.Ends["1"]);
    }

    [Fact]
    public async Task Gives_up_a_record_that_grew_too_old_while_it_was_retried()
    {
        await using var rig = new MappingRig { Function = _ => Reply.Error() };
        rig.PutAll("1");

        await MappingRig.IdleAsync(
            rig.Map(s => s with { MaximumRecordAgeInSeconds = 60, OnFailureDestinationArn = MappingRig.Bucket }));

        // Recorded against AWS: eight invocations before the record is given up.
        Assert.Equal(8, rig.Deliveries.Count);
        var body = Assert.Single(rig.DeadLetters).Body;
        Assert.Equal("RecordAgeExceeded", body.GetProperty("requestContext").GetProperty("condition").GetString());
        Assert.False(body.TryGetProperty("responseContext", out _));
    }

    [Fact]
    public async Task Discards_what_is_too_old_and_still_processes_the_younger_rest()
    {
        await using var rig = new MappingRig();
        rig.PutAll("old", "older");
        rig.Time.Advance(TimeSpan.FromSeconds(61));
        rig.PutAll("young");

        await MappingRig.IdleAsync(
            rig.Map(s => s with { MaximumRecordAgeInSeconds = 60, OnFailureDestinationArn = MappingRig.Bucket }));

        Assert.Equal(["young"], rig.Batches);
        var body = Assert.Single(rig.DeadLetters).Body;
        Assert.Equal(1, body.GetProperty("requestContext").GetProperty("approximateInvokeCount").GetInt32());
        Assert.Equal(2, body.GetProperty("KinesisBatchInfo").GetProperty("batchSize").GetInt32());
        Assert.False(body.TryGetProperty("responseContext", out _));
    }

    [Fact]
    public async Task Retries_until_the_record_leaves_the_stream_and_then_drops_it_without_a_document()
    {
        await using var rig = new MappingRig { Function = _ => Reply.Error() };
        rig.PutAll("1");

        await MappingRig.IdleAsync(
            rig.Map(
                s =>
                    s with { OnFailureDestinationArn = MappingRig.Bucket }, new() { LongestRetry = TimeSpan.FromHours(1) }));

        Assert.Equal(RecordEnd.Dropped, rig.Ends["1"].End);
        Assert.Contains("retention", rig.Ends["1"].Detail, StringComparison.Ordinal);
        Assert.Empty(rig.DeadLetters);
    }

    [Fact]
    public async Task Drops_with_the_condition_when_there_is_no_destination()
    {
        await using var rig = new MappingRig { Function = _ => Reply.Error() };
        rig.PutAll("1");

        var mapping = rig.Map(s => s with { MaximumRetryAttempts = 0 });
        await MappingRig.IdleAsync(mapping);

        Assert.Equal(new RecordOutcome(RecordEnd.Dropped, "RetryAttemptsExhausted"), rig.Ends["1"]);
        Assert.Equal(1, mapping.Counters.Ended(RecordEnd.Dropped));
    }
}
