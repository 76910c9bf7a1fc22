using KinesisPatterns.Local.Lambda;

namespace KinesisPatterns.Local.Tests.Lambda;

[Rule("https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-windows.html")]
public sealed class WindowTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Carries_the_state_and_ends_with_a_final_invocation()
    {
        await using var rig = new MappingRig(jumps: false) { Function = d => Reply.With(State(d)) };
        rig.PutAll("1", "2", "3");

        var mapping = rig.Map(s => s with { BatchSize = 2, TumblingWindowInSeconds = 60 });
        await MappingRig.IdleAsync(mapping);
        await rig.Time.TimersAsync(1, Stop);
        rig.Time.Advance(TimeSpan.FromSeconds(60));
        await MappingRig.UntilAsync(() => rig.Deliveries.Count == 3);

        var events = rig.Deliveries.Select(d => d.Event).ToList();
        Assert.Equal("{}", events[0].GetProperty("state").GetRawText());
        Assert.Equal("""{"count":2}""", events[1].GetProperty("state").GetRawText());
        Assert.Equal("""{"count":3}""", events[2].GetProperty("state").GetRawText());
        Assert.Equal([false, false, true], events.Select(e => e.GetProperty("isFinalInvokeForWindow").GetBoolean()));
        Assert.Empty(rig.Deliveries[2].Records);
        Assert.Equal("""{"start":"2026-11-22T19:28:00Z","end":"2026-11-22T19:29:00Z"}""", events[2].GetProperty("window").GetRawText());
        Assert.Equal("shardId-000000000000", events[2].GetProperty("shardId").GetString());
        Assert.Equal(rig.Stream.Arn, events[2].GetProperty("eventSourceARN").GetString());
    }

    [Fact]
    public async Task Starts_the_next_window_with_fresh_state()
    {
        await using var rig = new MappingRig(jumps: false) { Function = d => Reply.With(State(d)) };
        rig.PutAll("1");
        rig.Time.Advance(TimeSpan.FromSeconds(70));
        rig.PutAll("2");

        await MappingRig.IdleAsync(rig.Map(s => s with { TumblingWindowInSeconds = 60 }));

        Assert.Equal(["1", "", "2"], rig.Batches);
        Assert.Equal("{}", rig.Deliveries[2].Event.GetProperty("state").GetRawText());
        Assert.Equal(
            "2026-11-22T19:29:00Z", rig.Deliveries[2].Event.GetProperty("window").GetProperty("start").GetString());
    }

    [Fact]
    public async Task Counts_an_answer_without_state_as_failed()
    {
        await using var rig = new MappingRig(jumps: false) { Function = _ => Reply.With("{}") };
        rig.PutAll("1");

        var mapping = rig.Map(s => s with { TumblingWindowInSeconds = 60, MaximumRetryAttempts = 0 });
        await MappingRig.IdleAsync(mapping);

        Assert.Equal(RecordEnd.Dropped, rig.Ends["1"].End);
        Assert.Equal(1, mapping.Counters.FailedInvocations);
    }

    [Fact]
    public async Task Ends_early_when_the_state_is_above_one_MB()
    {
        var large = $$$"""{"state":{"x":"{{{new string('x', 1 << 20)}}}"}}""";
        await using var rig = new MappingRig(jumps: false);
        rig.Function = d => Reply.With(d.Data is ["1"] ? large : """{"state":{}}""");
        rig.PutAll("1", "2");

        await MappingRig.IdleAsync(rig.Map(s => s with { TumblingWindowInSeconds = 60, BatchSize = 1 }));

        Assert.Equal(["1", "", "2"], rig.Batches);
        Assert.True(rig.Deliveries[1].Event.GetProperty("isWindowTerminatedEarly").GetBoolean());
        Assert.Equal("{}", rig.Deliveries[2].Event.GetProperty("state").GetRawText());
        Assert.Equal(
            rig.Deliveries[0].Event.GetProperty("window").GetRawText(), rig.Deliveries[2].Event.GetProperty("window").GetRawText());
    }

    [Fact]
    public async Task Retries_and_gives_up_a_batch_of_a_window_and_keeps_the_state_of_those_before_it()
    {
        await using var rig = new MappingRig
        {
            Function = d => d.Data.Contains("poison") ? Reply.Error() : Reply.With("""{"state":{"seen":1}}"""),
        };
        rig.PutAll("good", "poison");

        var mapping = rig.Map(s => s with
        {
            TumblingWindowInSeconds = 60,
            BatchSize = 1,
            MaximumRetryAttempts = 1,
            OnFailureDestinationArn = MappingRig.Bucket,
        });
        await MappingRig.IdleAsync(mapping);
        await MappingRig.UntilAsync(() => rig.Deliveries.Count == 4);

        Assert.Equal(["good", "poison", "poison", ""], rig.Batches);
        Assert.Equal("RetryAttemptsExhausted", Assert.Single(rig.DeadLetters).Document.Condition);
        Assert.Equal("""{"seen":1}""", rig.Deliveries[3].Event.GetProperty("state").GetRawText());
        Assert.True(rig.Deliveries[3].Event.GetProperty("isFinalInvokeForWindow").GetBoolean());
    }

    [Fact]
    public async Task Stands_still_until_the_final_invocation_succeeds()
    {
        var finals = 0;
        await using var rig = new MappingRig();
        rig.Function = d => d.Records.Count == 0 && ++finals < 4 ? Reply.Error() : Reply.With("""{"state":{}}""");
        rig.PutAll("1");
        rig.Time.Advance(TimeSpan.FromSeconds(70));
        rig.PutAll("2");

        await MappingRig.IdleAsync(rig.Map(s => s with { TumblingWindowInSeconds = 60, MaximumRetryAttempts = 0 }));

        Assert.Equal(["1", "", "", "", "", "2"], rig.Batches.Take(6));
    }

    [Fact]
    public async Task Closes_the_window_of_a_closing_shard()
    {
        await using var rig = new MappingRig(jumps: false) { Function = d => Reply.With(State(d)) };
        var mapping = rig.Map(s => s with { TumblingWindowInSeconds = 60 });
        rig.Put("key", "1", hash: 0);
        await MappingRig.IdleAsync(mapping);

        lock (rig.Stream.Gate)
        {
            var shard = rig.Stream.Shards[0];
            rig.Stream.Replace([shard], [new(rig.Stream, 1, shard.HashRange, shard.CreatedSecond + 1, shard)]);
        }

        rig.Put("key", "2", hash: 0);
        await MappingRig.UntilAsync(() => rig.Deliveries.Count == 3);

        Assert.Equal(["1", "", "2"], rig.Batches);
        Assert.Equal("{}", rig.Deliveries[2].Event.GetProperty("state").GetRawText());
    }

    [Fact]
    public async Task Keeps_partial_failures_apart_from_the_state()
    {
        var first = true;
        await using var rig = new MappingRig(jumps: false);
        rig.Function = d =>
        {
            var answer = first ? $$"""{"state":{"n":1},"batchItemFailures":[{"itemIdentifier":"{{d.Number(1)}}"}]}""" : """{"state":{"n":2}}""";
            first = false;
            return Reply.With(answer);
        };
        rig.PutAll("1", "2");

        await MappingRig.IdleAsync(
            rig.Map(s => s with { TumblingWindowInSeconds = 60, ReportBatchItemFailures = true }));

        Assert.Equal(["1,2", "2"], rig.Batches);
        Assert.Equal("""{"n":1}""", rig.Deliveries[1].Event.GetProperty("state").GetRawText());
    }

    private static string State(Delivery delivery)
    {
        var before = delivery.Event.GetProperty("state").TryGetProperty("count", out var count) ? count.GetInt32() : 0;
        return $$$"""{"state":{"count":{{{before + delivery.Records.Count}}}}}""";
    }
}
