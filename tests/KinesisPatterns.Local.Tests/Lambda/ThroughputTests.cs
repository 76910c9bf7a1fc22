namespace KinesisPatterns.Local.Tests.Lambda;

[Rule("https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html")]
public sealed class ThroughputTests
{
    [Fact]
    public async Task A_standard_mapping_takes_its_reads_from_those_of_the_shard()
    {
        await using var rig = new MappingRig(jumps: false, quotas: true);
        var mapping = rig.Map(tuning: new() { SharesReadThroughput = true });
        rig.PutAll("1");
        await MappingRig.UntilAsync(() => rig.Deliveries.Count == 1);

        var left = Enumerable.Range(0, 5).Count(_ => rig.Stream.Shards[0].TryRead(rig.Stream.Now));

        Assert.Equal(4, left);
        rig.PutAll("2");
        await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.Equal(["1"], rig.Batches);
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        await MappingRig.IdleAsync(mapping);
        Assert.Equal(["1", "2"], rig.Batches);
    }

    [Fact]
    public async Task A_mapping_on_a_consumer_leaves_the_reads_of_the_shard_to_others()
    {
        await using var rig = new MappingRig(jumps: false, quotas: true);
        var consumer = rig.Kinesis.AddConsumer(rig.Stream.Arn, "fast", rig.Time.GetUtcNow());
        rig.PutAll("1");

        await MappingRig.IdleAsync(rig.Map(s => s with { EventSourceArn = consumer.Arn }, new() { SharesReadThroughput = true }));

        Assert.Equal(5, Enumerable.Range(0, 6).Count(_ => rig.Stream.Shards[0].TryRead(rig.Stream.Now)));
    }

    [Fact]
    public async Task A_mapping_on_a_consumer_is_pushed_two_MiB_a_second()
    {
        await using var rig = new MappingRig(jumps: false, quotas: true);
        var consumer = rig.Kinesis.AddConsumer(rig.Stream.Arn, "fast", rig.Time.GetUtcNow());
        var throughput = consumer.Throughput(rig.Stream.Shards[0])!;
        Assert.True(throughput.TryRead(rig.Stream.Now));
        throughput.AfterRead(3 << 20, rig.Stream.Now);
        var mapping = rig.Map(s => s with { EventSourceArn = consumer.Arn });
        rig.PutAll("1");

        await Task.Delay(50, TestContext.Current.CancellationToken);
        Assert.Empty(rig.Deliveries);
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        await MappingRig.IdleAsync(mapping);

        Assert.Equal(["1"], rig.Batches);
    }

    [Fact]
    public async Task What_a_mapping_on_a_consumer_read_counts_against_the_two_MiB()
    {
        await using var rig = new MappingRig(jumps: false, quotas: true);
        var consumer = rig.Kinesis.AddConsumer(rig.Stream.Arn, "fast", rig.Time.GetUtcNow());
        foreach (var name in (string[])["1", "2", "3"])
        {
            rig.Put("key", name + new string(' ', 900_000));
            rig.Time.Advance(TimeSpan.FromSeconds(1));
        }

        await MappingRig.IdleAsync(rig.Map(s => s with { EventSourceArn = consumer.Arn }));
        var throughput = consumer.Throughput(rig.Stream.Shards[0])!;

        Assert.False(throughput.TryRead(rig.Stream.Now));
        rig.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(throughput.TryRead(rig.Stream.Now));
    }
}
