using KinesisPatterns.Local.Kinesis;
using KinesisPatterns.Local.Lambda;

namespace KinesisPatterns.Local.Tests.Lambda;

[Rule("https://docs.aws.amazon.com/lambda/latest/dg/services-kinesis-create.html")]
public sealed class LifecycleTests
{
    [Fact]
    public async Task Keeps_its_position_while_it_is_switched_off()
    {
        await using var rig = new MappingRig();
        var mapping = rig.Map(s => s with { Enabled = false });
        rig.PutAll("1");
        Assert.False(mapping.IsIdle);

        mapping.Update(mapping.Settings with { Enabled = true });
        await MappingRig.IdleAsync(mapping);
        mapping.Update(mapping.Settings with { Enabled = false });
        rig.PutAll("2");
        await Task.Delay(20, TestContext.Current.CancellationToken);
        Assert.Equal(["1"], rig.Batches);
        mapping.Update(mapping.Settings with { Enabled = true });
        await MappingRig.IdleAsync(mapping);

        Assert.Equal(["1", "2"], rig.Batches);
    }

    [Fact]
    public async Task Reads_from_LATEST_what_comes_after_its_start()
    {
        await using var rig = new MappingRig();
        rig.PutAll("before");
        var mapping = rig.Map(s => s with { StartingPosition = ShardPosition.Latest });
        rig.PutAll("after");

        await MappingRig.IdleAsync(mapping);

        Assert.Equal(["after"], rig.Batches);
    }

    [Fact]
    public async Task Reads_children_from_their_start_whatever_the_starting_position()
    {
        await using var rig = new MappingRig();
        var mapping = rig.Map(s => s with { StartingPosition = ShardPosition.Latest, Enabled = false });
        var parent = rig.Stream.Shards[0];
        lock (rig.Stream.Gate)
        {
            rig.Stream.Replace([parent], [new(rig.Stream, 1, parent.HashRange, parent.CreatedSecond + 1, parent)]);
        }

        rig.PutAll("in the child");
        mapping.Update(mapping.Settings with { Enabled = true });
        await MappingRig.IdleAsync(mapping);

        Assert.Equal(["in the child"], rig.Batches);
    }

    [Fact]
    public async Task Starts_at_a_timestamp()
    {
        await using var rig = new MappingRig(jumps: false);
        rig.PutAll("before");
        rig.Time.Advance(TimeSpan.FromSeconds(10));
        var at = rig.Time.GetUtcNow();
        rig.PutAll("at");

        await MappingRig.IdleAsync(rig.Map(s => s with { StartingPosition = ShardPosition.At(at) }));

        Assert.Equal(["at"], rig.Batches);
    }

    [Fact]
    public async Task Misses_records_from_LATEST_when_polling_starts_late()
    {
        await using var rig = new MappingRig(jumps: false);
        var mapping = rig.Map(
            s => s with { StartingPosition = ShardPosition.Latest }, new() { LateStart = TimeSpan.FromMinutes(1) });
        rig.PutAll("missed");
        rig.Time.Advance(TimeSpan.FromMinutes(1));
        await MappingRig.UntilAsync(() => mapping.IsIdle);
        rig.PutAll("seen");

        await MappingRig.IdleAsync(mapping);

        Assert.Equal(["seen"], rig.Batches);
    }

    [Fact]
    public async Task Changes_its_sub_queues_while_it_runs()
    {
        await using var rig = new MappingRig();
        var mapping = rig.Map();
        rig.PutAll("1");
        await MappingRig.IdleAsync(mapping);

        mapping.Update(mapping.Settings with { ParallelizationFactor = 5, BatchSize = 1 });
        rig.PutAll("2", "3");
        await MappingRig.IdleAsync(mapping);

        Assert.Equal(["1", "2", "3"], rig.Batches);
    }

    [Fact]
    public async Task Counts_what_left_the_stream_unread()
    {
        await using var rig = new MappingRig(jumps: false);
        rig.PutAll("1");
        var mapping = rig.Map(s => s with { Enabled = false });
        rig.Time.Advance(TimeSpan.FromHours(25));
        mapping.Update(mapping.Settings with { Enabled = true });

        // Nothing is left to read, so the mapping is idle before it has looked.
        await MappingRig.UntilAsync(() => mapping.Counters.ExpiredUnread == 1);
        await MappingRig.UntilAsync(() =>
        {
            lock (rig.Remarks)
            {
                return rig.Remarks.Any(r => r.Contains("left the stream", StringComparison.Ordinal));
            }
        });
    }

    [Theory]
    [InlineData("BatchSize")]
    [InlineData("MaximumBatchingWindowInSeconds")]
    [InlineData("ParallelizationFactor")]
    [InlineData("MaximumRetryAttempts")]
    [InlineData("MaximumRecordAgeInSeconds")]
    [InlineData("TumblingWindowInSeconds")]
    [InlineData("ParallelizationFactor above 1")]
    [InlineData("StartingPositionTimestamp")]
    [InlineData("Stream not found")]
    [InlineData("on-failure destination")]
    public async Task Refuses_settings_out_of_range(string what)
    {
        await using var rig = new MappingRig();

        var error = Assert.Throws<LambdaException>(() => rig.Map(s => what switch
        {
            "BatchSize" => s with { BatchSize = 10_001 },
            "MaximumBatchingWindowInSeconds" => s with { MaximumBatchingWindowInSeconds = 301 },
            "ParallelizationFactor" => s with { ParallelizationFactor = 11 },
            "MaximumRetryAttempts" => s with { MaximumRetryAttempts = -2 },
            "MaximumRecordAgeInSeconds" => s with { MaximumRecordAgeInSeconds = 59 },
            "TumblingWindowInSeconds" => s with { TumblingWindowInSeconds = 901 },
            "ParallelizationFactor above 1" => s with { TumblingWindowInSeconds = 60, ParallelizationFactor = 2 },
            "StartingPositionTimestamp" => s with { StartingPosition = ShardPosition.At(DateTimeOffset.MaxValue) },
            "Stream not found" => s with { EventSourceArn = s.EventSourceArn + "x" },
            _ => s with { OnFailureDestinationArn = new string('x', 351) },
        }));

        Assert.Equal("InvalidParameterValueException", error.Code);
        Assert.Contains(what, error.Message, StringComparison.Ordinal);
    }
}
