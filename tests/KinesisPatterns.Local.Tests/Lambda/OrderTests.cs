
namespace KinesisPatterns.Local.Tests.Lambda;

[Rule("https://aws.amazon.com/blogs/compute/new-aws-lambda-scaling-controls-for-kinesis-and-dynamodb-event-sources/")]
public sealed class OrderTests
{
    [Fact]
    public async Task Keeps_the_order_of_each_key_and_never_runs_it_twice_at_a_time()
    {
        await using var rig = new MappingRig(shards: 2);
        var running = new HashSet<string>();
        var most = 0;
        rig.Function = async d =>
        {
            var keys = d.Records.Select(r => r.GetProperty("kinesis").GetProperty("partitionKey").GetString()!).Distinct().ToList();
            lock (running)
            {
                Assert.All(keys, key => Assert.True(running.Add(key), key + " runs twice"));
                most = Math.Max(most, running.Count);
            }

            await Task.Yield();
            lock (running)
            {
                running.ExceptWith(keys);
            }

            return await Reply.With("null");
        };
        var mapping = rig.Map(s => s with { ParallelizationFactor = 4, BatchSize = 3 });
        for (var i = 0; i < 400; i++)
        {
            rig.Put($"key{i % 10}", $"key{i % 10}:{i:D3}");
        }

        await MappingRig.IdleAsync(mapping);

        Assert.Equal(400, rig.Ends.Count);
        Assert.All(rig.Deliveries.SelectMany(d => d.Data).GroupBy(data => data.Split(':')[0]),
            key => Assert.Equal(key.Order(StringComparer.Ordinal), key));
        Assert.True(most > 1);
        Assert.Null(mapping.LastError);
    }

    [Fact]
    public async Task Lets_a_poison_record_block_its_own_sub_queue_only()
    {
        await using var rig = new MappingRig(jumps: false);
        rig.Function = d => d.Data.Contains("poison") ? Reply.Error() : Reply.With("null");
        rig.Put("a", "poison");
        var mapping = rig.Map(s => s with { ParallelizationFactor = 2, BatchSize = 1 });
        rig.Put("a", "behind");
        for (var i = 0; i < 26; i++)
        {
            rig.Put($"{(char)('a' + i)}", $"{i}");
        }

        await MappingRig.UntilAsync(() => rig.Ends.Count >= 10 && rig.Deliveries.Any(d => d.Data.Contains("poison")));

        Assert.DoesNotContain("poison", rig.Ends.Keys);
        Assert.DoesNotContain("behind", rig.Ends.Keys);
        Assert.False(mapping.IsIdle);
    }

    [Fact]
    public async Task Runs_one_batch_per_shard_by_default()
    {
        await using var rig = new MappingRig();
        var (running, most) = (0, 0);
        rig.Function = async _ =>
        {
            most = Math.Max(most, Interlocked.Increment(ref running));
            await Task.Yield();
            Interlocked.Decrement(ref running);
            return await Reply.With("null");
        };
        for (var i = 0; i < 50; i++)
        {
            rig.Put($"{i}", $"{i}");
        }

        await MappingRig.IdleAsync(rig.Map(s => s with { BatchSize = 1 }));

        Assert.Equal(1, most);
    }

    [Fact]
    public async Task Drains_a_closed_shard_before_its_children()
    {
        await using var rig = new MappingRig();
        var hold = new TaskCompletionSource();
        rig.Function = async _ =>
        {
            await hold.Task;
            return await Reply.With("null");
        };
        var mapping = rig.Map(s => s with { BatchSize = 1 });
        rig.Put("key", "1", hash: 5);
        rig.Put("key", "2", hash: 5);
        var parent = rig.Stream.Shards[0];
        lock (rig.Stream.Gate)
        {
            rig.Stream.Replace([parent],
            [
                new(rig.Stream, 1, new(0, 9), parent.CreatedSecond + 1, parent),
                new(rig.Stream, 2, new(10, UInt128.MaxValue), parent.CreatedSecond + 1, parent),
            ]);
        }

        rig.Put("key", "3", hash: 5);
        Assert.False(mapping.IsIdle);
        hold.SetResult();
        await MappingRig.IdleAsync(mapping);

        Assert.Equal(["1", "2", "3"], rig.Batches);
    }

    [Fact]
    public async Task Reads_a_merged_shard_after_both_parents()
    {
        await using var rig = new MappingRig(shards: 2);
        rig.Put("key", "low", hash: 0);
        rig.Put("key", "high", hash: UInt128.MaxValue);
        var (low, high) = (rig.Stream.Shards[0], rig.Stream.Shards[1]);
        lock (rig.Stream.Gate)
        {
            rig.Stream.Replace([low, high],
                [new(rig.Stream, 2, new(0, UInt128.MaxValue), low.CreatedSecond + 1, low, high)]);
        }

        rig.Put("key", "merged", hash: 0);
        await MappingRig.IdleAsync(rig.Map());

        Assert.Equal("merged", rig.Batches.Last());
        Assert.Equal(3, rig.Ends.Count);
    }
}
