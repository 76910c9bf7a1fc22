using System.Text;
using KinesisPatterns.Local.Faults;
using KinesisPatterns.Local.Kinesis;
using KinesisPatterns.Local.State;

namespace KinesisPatterns.Local.Tests.State;

public sealed class StateTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_stream_comes_back_with_its_records_shards_settings_and_tags()
    {
        var before = await RestartedAsync(kinesis =>
        {
            var stream = kinesis.CreateStream("orders", new() { Shards = 2, RetentionHours = 48, Tags = new Dictionary<string, string> { ["team"] = "a" } });
            Fill(stream, 0, 5000);
            StreamFaults.Reshard(stream, new(FaultKind.Reshard, 3));
            Fill(stream, 5000, 6000);
            return Picture(stream);
        });

        var after = await RestartedAsync(kinesis => Picture(kinesis.TryGet("orders")!));

        Assert.Equal(before, after);
    }

    [Fact]
    public async Task Sequence_numbers_go_on_where_they_stopped()
    {
        var before = await RestartedAsync(kinesis => kinesis.CreateStream("orders", new() { Shards = 1 }).Put("key", [1]).SequenceNumber);

        var after = await RestartedAsync(kinesis => kinesis.TryGet("orders")!.Put("key", [2]).SequenceNumber);

        Assert.Equal((before.Counter + 1, before.CreatedSecond), (after.Counter, after.CreatedSecond));
    }

    [Fact]
    public async Task A_record_that_was_half_written_is_gone_and_the_shard_goes_on()
    {
        await RestartedAsync(kinesis =>
        {
            Fill(kinesis.CreateStream("orders", new() { Shards = 1 }), 0, 10);
            return 0;
        });
        var log = Directory.EnumerateFiles(_folder, "*.log", SearchOption.AllDirectories).Single();
        using (var file = File.OpenWrite(log))
        {
            file.SetLength(file.Length - 3);
        }

        var (kept, next) = await RestartedAsync(kinesis => (Picture(kinesis.TryGet("orders")!).Length, kinesis.TryGet("orders")!.Put("key", [1]).SequenceNumber.Counter));

        Assert.True(kept > 0);
        Assert.Equal(10, next);
    }

    [Fact]
    public async Task Fails_on_a_log_that_is_damaged_in_the_middle()
    {
        await RestartedAsync(kinesis =>
        {
            Fill(kinesis.CreateStream("orders", new() { Shards = 1 }), 0, 10);
            return 0;
        });
        var log = Directory.EnumerateFiles(_folder, "*.log", SearchOption.AllDirectories).Single();
        var bytes = await File.ReadAllBytesAsync(log, TestContext.Current.CancellationToken);
        bytes[20] ^= 1;
        await File.WriteAllBytesAsync(log, bytes, TestContext.Current.CancellationToken);

        var error = await Assert.ThrowsAsync<LocalHostException>(() => RestartedAsync(_ => 0));

        Assert.Contains("is damaged at byte 0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_of_records_that_expired_are_deleted()
    {
        var time = new Kinesis.ManualTime();
        using var state = HostState.Open(_folder);
        await using var kinesis = new KinesisService(new() { Time = time, EnforceQuotas = false, Store = state.Streams });
        var stream = kinesis.CreateStream("orders", new() { Shards = 1, MaxRecordKiB = 10240 });
        var large = new byte[9 << 20];
        for (var i = 0; i < 20; i++)
        {
            stream.Put("key", large);
        }

        Assert.True(Directory.EnumerateFiles(_folder, "*.log", SearchOption.AllDirectories).Count() > 2);
        time.Advance(TimeSpan.FromHours(25));
        kinesis.Trim();

        Assert.Single(Directory.EnumerateFiles(_folder, "*.log", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_stream_that_was_deleted_stays_so()
    {
        await RestartedAsync(kinesis =>
        {
            Fill(kinesis.CreateStream("orders", new() { Shards = 1 }), 0, 10);
            kinesis.Remove(kinesis.TryGet("orders")!);
            return 0;
        });

        Assert.Null(await RestartedAsync(kinesis => kinesis.TryGet("orders")));
    }

    [Fact]
    public void Fails_when_another_host_has_the_folder()
    {
        using var first = HostState.Open(_folder);

        var error = Assert.Throws<LocalHostException>(() => HostState.Open(_folder));

        Assert.Contains("is in use by another host", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_range_set_keeps_runs_that_do_not_touch()
    {
        var random = new Random(5);
        var (set, numbers) = (new RangeSet(), new HashSet<long>());
        for (var i = 0; i < 2000; i++)
        {
            var first = random.Next(1000);
            var last = first + random.Next(4);
            set.Add(first, last);
            numbers.UnionWith(Enumerable.Range(first, last - first + 1).Select(n => (long)n));
            if (i % 100 == 0)
            {
                var below = random.Next(300);
                set.RemoveBelow(below);
                numbers.RemoveWhere(n => n < below);
            }
        }

        Assert.Equal(numbers.Order(), set.Runs.SelectMany(r => Enumerable.Range((int)r.First, (int)(r.Last - r.First + 1)).Select(n => (long)n)));
        Assert.All(Enumerable.Range(0, 1005), n => Assert.Equal(numbers.Contains(n), set.Contains(n)));
        Assert.All(set.Runs.Zip(set.Runs.Skip(1)), pair => Assert.True(pair.First.Last + 1 < pair.Second.First));
    }

    private async Task<T> RestartedAsync<T>(Func<KinesisService, T> use)
    {
        using var state = HostState.Open(_folder);
        await using var kinesis = new KinesisService(new() { EnforceQuotas = false, Store = state.Streams });
        return use(kinesis);
    }

    private static void Fill(KinesisStream stream, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            stream.Put($"key-{i % 13}", Encoding.UTF8.GetBytes($"record {i}"));
        }
    }

    private static string Picture(KinesisStream stream)
    {
        var text = new StringBuilder($"{stream.Mode} {stream.Settings.RetentionHours} {string.Join(',', stream.Tags)} {stream.NextShardIndex} {stream.RecordsPut}\n");
        foreach (var shard in stream.Shards)
        {
            text.Append($"{shard.Id} {shard.HashRange} {shard.IsClosed} {shard.NextCounter} {string.Join(',', shard.Parents.Select(p => p.Id))} {string.Join(',', shard.Children.Select(c => c.Id))}\n");
            var records = new KinesisRecord[10_000];
            var count = new ShardReader(shard, ShardPosition.TrimHorizon).Read(records);
            foreach (var record in records.AsSpan(0, count))
            {
                text.Append($"{record.SequenceNumber} {record.PartitionKey} {Encoding.UTF8.GetString(record.Data.Span)} {record.ArrivalMilliseconds}\n");
            }
        }

        return text.ToString();
    }
}
