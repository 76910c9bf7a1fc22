using System.Text.Json;
using KinesisPatterns.Local.Kinesis;

namespace KinesisPatterns.Local.Tests.Kinesis;

[Rule("https://docs.aws.amazon.com/streams/latest/dev/kinesis-using-sdk-java-resharding.html")]
public sealed class ReshardingTests : IAsyncLifetime
{
    private readonly ManualTime _time = new();
    private TestServer _server = null!;
    private KinesisStream _stream = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync(new() { Time = _time });
        _stream = _server.Kinesis.CreateStream("orders", new() { Shards = 2 });
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Splits_a_shard_into_two_that_own_its_keys()
    {
        await SplitAsync("shardId-000000000000", "1000");

        var shards = await ShardsAsync();
        Assert.Equal(4, shards.Count);
        Assert.True(shards[0].GetProperty("SequenceNumberRange").TryGetProperty("EndingSequenceNumber", out _));
        Assert.False(shards[1].GetProperty("SequenceNumberRange").TryGetProperty("EndingSequenceNumber", out _));
        Assert.Equal(("0", "999"), Range(shards[2]));
        Assert.Equal(("1000", "170141183460469231731687303715884105727"), Range(shards[3]));
        Assert.Equal("shardId-000000000000", shards[3].GetProperty("ParentShardId").GetString());
        Assert.Equal("shardId-000000000003", _stream.Put("x", [], explicitHashKey: 1000).Shard.Id);
    }

    [Fact]
    public async Task Gives_children_higher_sequence_numbers_than_their_parents()
    {
        var stream = _server.Kinesis.CreateStream("wide", new() { Shards = 16 });
        var before = stream.Put("x", [], explicitHashKey: UInt128.MaxValue).SequenceNumber;
        await _server.CallAsync("SplitShard", $$"""
            {"StreamName":"wide","ShardToSplit":"shardId-000000000015","NewStartingHashKey":"{{UInt128.MaxValue - 9}}"}
            """);

        var after = stream.Put("x", [], explicitHashKey: UInt128.MaxValue).SequenceNumber;

        Assert.True(string.CompareOrdinal(after.ToString(), before.ToString()) > 0);
    }

    [Fact]
    public async Task Merges_adjacent_shards()
    {
        await _server.CallAsync("MergeShards",
            """{"StreamName":"orders","ShardToMerge":"shardId-000000000000","AdjacentShardToMerge":"shardId-000000000001"}""");

        var merged = (await ShardsAsync())[2];
        Assert.Equal("shardId-000000000000", merged.GetProperty("ParentShardId").GetString());
        Assert.Equal("shardId-000000000001", merged.GetProperty("AdjacentParentShardId").GetString());
        Assert.Equal(("0", "340282366920938463463374607431768211455"), Range(merged));
    }

    [Theory]
    [InlineData("SplitShard", """{"StreamName":"orders","ShardToSplit":"shardId-000000000000","NewStartingHashKey":"1"}""", "InvalidArgumentException")]
    [InlineData("SplitShard", """{"StreamName":"orders","ShardToSplit":"shardId-000000000000","NewStartingHashKey":"170141183460469231731687303715884105727"}""", "InvalidArgumentException")]
    [InlineData("SplitShard", """{"StreamName":"orders","ShardToSplit":"shardId-000000000009","NewStartingHashKey":"9"}""", "ResourceNotFoundException")]
    [InlineData("SplitShard", """{"StreamName":"orders","ShardToSplit":"shardId-000000000000"}""", "ValidationException")]
    [InlineData("MergeShards", """{"StreamName":"orders","ShardToMerge":"shardId-000000000001","AdjacentShardToMerge":"shardId-000000000000"}""", "InvalidArgumentException")]
    [InlineData("MergeShards", """{"StreamName":"orders","ShardToMerge":"shardId-000000000001","AdjacentShardToMerge":"shardId-000000000001"}""", "InvalidArgumentException")]
    [InlineData("UpdateShardCount", """{"StreamName":"orders","TargetShardCount":5,"ScalingType":"UNIFORM_SCALING"}""", "LimitExceededException")]
    [InlineData("UpdateShardCount", """{"StreamName":"orders","TargetShardCount":0,"ScalingType":"UNIFORM_SCALING"}""", "ValidationException")]
    [InlineData("UpdateShardCount", """{"StreamName":"orders","TargetShardCount":3,"ScalingType":"OTHER"}""", "ValidationException")]
    public async Task Fails_on_what_cannot_be(string operation, string request, string code) =>
        Assert.Equal(code, (await _server.FailAsync(operation, request)).Code);

    [Theory]
    [InlineData("SplitShard", """{"StreamName":"demand","ShardToSplit":"shardId-000000000000","NewStartingHashKey":"9"}""")]
    [InlineData("MergeShards", """{"StreamName":"demand","ShardToMerge":"shardId-000000000000","AdjacentShardToMerge":"shardId-000000000001"}""")]
    [InlineData("UpdateShardCount", """{"StreamName":"demand","TargetShardCount":8,"ScalingType":"UNIFORM_SCALING"}""")]
    public async Task Fails_on_an_on_demand_stream(string operation, string request)
    {
        _server.Kinesis.CreateStream("demand", new());

        Assert.Equal("ValidationException", (await _server.FailAsync(operation, request)).Code);
    }

    [Fact]
    public async Task Looks_for_both_shards_before_it_looks_at_their_state()
    {
        await _server.CallAsync("MergeShards", """{"StreamName":"orders","ShardToMerge":"shardId-000000000000","AdjacentShardToMerge":"shardId-000000000001"}""");

        var error = await _server.FailAsync(
            "MergeShards", """{"StreamName":"orders","ShardToMerge":"shardId-000000000000","AdjacentShardToMerge":"shardId-000000000009"}""");

        Assert.Equal("ResourceNotFoundException", error.Code);
    }

    [Theory]
    [InlineData(2, 4)]
    [InlineData(2, 3)]
    [InlineData(3, 2)]
    [InlineData(4, 2)]
    [InlineData(5, 7)]
    public async Task Scales_uniformly_and_keeps_the_lineage(int from, int to)
    {
        var stream = _server.Kinesis.CreateStream("scaled", new() { Shards = from });

        var answer = await _server.CallAsync("UpdateShardCount",
            $$"""{"StreamName":"scaled","TargetShardCount":{{to}},"ScalingType":"UNIFORM_SCALING"}""");

        Assert.Equal(from, answer.GetProperty("CurrentShardCount").GetInt32());
        Assert.Equal(HashRange.Uniform(to), stream.OpenShards.Select(s => s.HashRange));
        Assert.All(stream.Shards.Where(s => s.Parents.Count > 0),
            child => Assert.All(child.Parents, parent => Assert.True(parent.IsClosed && parent.HashRange.Overlaps(child.HashRange))));
        Assert.All(stream.Shards.Where(s => s.IsClosed), parent => Assert.NotEmpty(parent.Children));
    }

    [Fact]
    public async Task Scales_ten_times_in_24_hours()
    {
        var target = 2;
        for (var i = 0; i < 10; i++)
        {
            target = target == 2 ? 3 : 2;
            await _server.CallAsync("UpdateShardCount", Request(target));
        }

        Assert.Equal("LimitExceededException", (await _server.FailAsync("UpdateShardCount", Request(3))).Code);
        _time.Advance(TimeSpan.FromHours(25));
        await _server.CallAsync("UpdateShardCount", Request(3));

        static string Request(int target) => $$"""{"StreamName":"orders","TargetShardCount":{{target}},"ScalingType":"UNIFORM_SCALING"}""";
    }

    [Theory]
    [InlineData("""{"Type":"AT_LATEST"}""", "1,2,3")]
    [InlineData("""{"Type":"FROM_TRIM_HORIZON"}""", "0,1,2,3")]
    [InlineData("""{"Type":"AT_TRIM_HORIZON"}""", "0,1")]
    [InlineData("""{"Type":"AFTER_SHARD_ID","ShardId":"shardId-000000000001"}""", "2,3")]
    [InlineData("""{"Type":"AT_TIMESTAMP","Timestamp":$BEFORE}""", "0,1")]
    [InlineData("""{"Type":"FROM_TIMESTAMP","Timestamp":$BEFORE}""", "0,1,2,3")]
    [InlineData("""{"Type":"FROM_TIMESTAMP","Timestamp":$AFTER}""", "1,2,3")]
    [InlineData("""{"Type":"AT_TIMESTAMP","Timestamp":$AFTER}""", "1,2,3")]
    public async Task Lists_shards_by_filter(string filter, string expected)
    {
        _time.Advance(TimeSpan.FromSeconds(100));
        var before = _time.GetUtcNow().ToUnixTimeSeconds() - 50;
        await SplitAsync("shardId-000000000000", "1000");
        _time.Advance(TimeSpan.FromSeconds(100));
        var text = filter.Replace("$BEFORE", $"{before}", StringComparison.Ordinal).Replace("$AFTER", $"{before + 100}", StringComparison.Ordinal);

        var answer = await _server.CallAsync("ListShards", $$"""{"StreamName":"orders","ShardFilter":{{text}}}""");

        Assert.Equal(expected, string.Join(',', answer.GetProperty("Shards").EnumerateArray()
            .Select(s => s.GetProperty("ShardId").GetString()!.TrimStart("shardId-0".ToCharArray()) is { Length: > 0 } id ? id : "0")));
    }

    [Fact]
    public async Task Lists_shards_in_pages_that_live_five_minutes()
    {
        var first = await _server.CallAsync("ListShards", """{"StreamName":"orders","MaxResults":1}""");
        var token = first.GetProperty("NextToken").GetString();

        var second = await _server.CallAsync("ListShards", $$"""{"NextToken":"{{token}}"}""");

        Assert.Equal("shardId-000000000001", Assert.Single(second.GetProperty("Shards").EnumerateArray()).GetProperty("ShardId").GetString());
        Assert.False(second.TryGetProperty("NextToken", out _));
        Assert.Equal("InvalidArgumentException",
            (await _server.FailAsync("ListShards", $$"""{"NextToken":"{{token}}","StreamName":"orders"}""")).Code);
        _time.Advance(TimeSpan.FromSeconds(301));
        Assert.Equal("ExpiredNextTokenException", (await _server.FailAsync("ListShards", $$"""{"NextToken":"{{token}}"}""")).Code);
    }

    [Fact]
    public async Task Forgets_a_closed_shard_when_its_last_record_expired()
    {
        _stream.Put("x", [], explicitHashKey: 0);
        await SplitAsync("shardId-000000000000", "1000");
        _time.Advance(TimeSpan.FromHours(25));

        Assert.Equal(["shardId-000000000001", "shardId-000000000002", "shardId-000000000003"],
            (await ShardsAsync()).Select(s => s.GetProperty("ShardId").GetString()));
    }

    private Task<JsonElement> SplitAsync(string shard, string key) => _server.CallAsync("SplitShard",
        $$"""{"StreamName":"orders","ShardToSplit":"{{shard}}","NewStartingHashKey":"{{key}}"}""");

    private async Task<List<JsonElement>> ShardsAsync() =>
        [.. (await _server.CallAsync("ListShards", """{"StreamName":"orders"}""")).GetProperty("Shards").EnumerateArray()];

    private static (string?, string?) Range(JsonElement shard) => (
        shard.GetProperty("HashKeyRange").GetProperty("StartingHashKey").GetString(),
        shard.GetProperty("HashKeyRange").GetProperty("EndingHashKey").GetString());
}
