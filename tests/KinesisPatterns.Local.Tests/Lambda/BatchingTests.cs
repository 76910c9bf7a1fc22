using System.Text;

namespace KinesisPatterns.Local.Tests.Lambda;

[Rule("https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html#kinesis-polling-and-batching")]
public sealed class BatchingTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sends_the_documented_event()
    {
        await using var rig = new MappingRig();
        var number = rig.Put("key \"1\"", "data");

        await MappingRig.IdleAsync(rig.Map());

        Assert.Equal($$"""
            {"Records":[{"kinesis":{"kinesisSchemaVersion":"1.0","partitionKey":"key \"1\"","sequenceNumber":"{{number}}","data":"ZGF0YQ==","approximateArrivalTimestamp":1795375680.000},"eventSource":"aws:kinesis","eventVersion":"1.0","eventID":"shardId-000000000000:{{number}}","eventName":"aws:kinesis:record","invokeIdentityArn":"arn:aws:iam::000000000000:role/price","awsRegion":"us-east-1","eventSourceARN":"arn:aws:kinesis:us-east-1:000000000000:stream/orders"}]}
            """, Assert.Single(rig.Deliveries).Event.GetRawText());
    }

    [Fact]
    public async Task Fills_batches_to_their_size()
    {
        await using var rig = new MappingRig();
        rig.PutAll("1", "2", "3", "4", "5", "6");

        await MappingRig.IdleAsync(rig.Map(s => s with { BatchSize = 3, MaximumBatchingWindowInSeconds = 1 }));

        Assert.Equal(["1,2,3", "4,5,6"], rig.Batches);
    }

    [Fact]
    public async Task Takes_what_is_there_without_a_window()
    {
        await using var rig = new MappingRig(jumps: false);
        rig.PutAll("1", "2", "3");

        await MappingRig.IdleAsync(rig.Map());

        Assert.Equal(["1,2,3"], rig.Batches);
    }

    [Fact]
    public async Task Waits_for_the_window_from_the_first_record_on()
    {
        await using var rig = new MappingRig(jumps: false);
        var mapping = rig.Map(s => s with { MaximumBatchingWindowInSeconds = 5 });
        rig.PutAll("1");
        await rig.Time.TimersAsync(1, Stop);
        rig.Time.Advance(TimeSpan.FromSeconds(4));
        rig.PutAll("2");
        await MappingRig.UntilAsync(() => mapping.Counters.Polled == 2);
        Assert.Empty(rig.Deliveries);

        await rig.Time.TimersAsync(1, Stop);
        rig.Time.Advance(TimeSpan.FromSeconds(1));

        await MappingRig.IdleAsync(mapping);
        Assert.Equal(["1,2"], rig.Batches);
    }

    [Fact]
    public async Task Stops_a_batch_before_six_MB_of_event()
    {
        await using var rig = new MappingRig();
        for (var i = 0; i < 3; i++)
        {
            rig.Stream.Put("key", new byte[2 << 20]);
        }

        await MappingRig.IdleAsync(rig.Map());

        Assert.Equal([2, 1], rig.Deliveries.Select(d => d.Records.Count));
        Assert.All(rig.Deliveries, d => Assert.True(Encoding.UTF8.GetByteCount(d.Event.GetRawText()) <= 6 << 20));
    }

    [Fact]
    public async Task Gives_up_a_record_that_alone_exceeds_six_MB()
    {
        await using var rig = new MappingRig();
        rig.Stream.Put("key", new byte[5 << 20]);
        rig.PutAll("next");

        var mapping = rig.Map(
            s =>
                s with { OnFailureDestinationArn = MappingRig.Bucket }, new Local.Lambda.MappingTuning { TooLargeCondition = "TooLarge" });
        await MappingRig.IdleAsync(mapping);

        Assert.Equal(["next"], rig.Batches);
        Assert.Equal("TooLarge", Assert.Single(rig.DeadLetters).Document.Condition);
        Assert.Contains(rig.Remarks, r => r.Contains("exceeds 6 MB", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Never_mixes_shards_in_a_batch()
    {
        await using var rig = new MappingRig(shards: 4);
        for (var i = 0; i < 100; i++)
        {
            rig.Put($"key{i}", $"{i}");
        }

        await MappingRig.IdleAsync(rig.Map());

        Assert.All(rig.Deliveries, d => Assert.Single(
            d.Records.Select(r => r.GetProperty("eventID").GetString()!.Split(':')[0]).Distinct()));
        Assert.Equal(100, rig.Ends.Count);
    }

    [Fact]
    public async Task Names_the_consumer_as_the_source_of_an_enhanced_fan_out_mapping()
    {
        await using var rig = new MappingRig();
        var consumer = rig.Kinesis.AddConsumer(rig.Stream.Arn, "fast", rig.Time.GetUtcNow());
        rig.PutAll("1");

        await MappingRig.IdleAsync(rig.Map(s => s with { EventSourceArn = consumer.Arn }));

        Assert.Equal(consumer.Arn, rig.Deliveries[0].Records[0].GetProperty("eventSourceARN").GetString());
    }

    [Fact]
    public async Task Measures_how_old_the_last_record_was_when_it_was_done()
    {
        await using var rig = new MappingRig(jumps: false);
        rig.Function = _ =>
        {
            rig.Time.Advance(TimeSpan.FromSeconds(3));
            return Reply.With("null");
        };
        rig.PutAll("1");

        var mapping = rig.Map();
        await MappingRig.IdleAsync(mapping);

        Assert.Equal(3000, mapping.IteratorAgeMilliseconds);
        Assert.Equal("OK", mapping.LastProcessingResult);
    }
}
