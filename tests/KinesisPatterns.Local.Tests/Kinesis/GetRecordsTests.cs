using System.Text;

namespace KinesisPatterns.Local.Tests.Kinesis;

[Rule("https://docs.aws.amazon.com/kinesis/latest/APIReference/API_GetRecords.html")]
public sealed class GetRecordsTests : IAsyncLifetime
{
    private const string Shard = "shardId-000000000000";

    private readonly ManualTime _time = new();
    private TestServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync(new() { Time = _time });
        _server.Kinesis.CreateStream("orders", new() { Shards = 1 });
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Goes_on_where_the_last_answer_ended()
    {
        Put("a", "b", "c");

        var first = await _server.RecordsAsync(await _server.IteratorAsync("orders"), limit: 2);
        var second = await _server.RecordsAsync(first.GetProperty("NextShardIterator").GetString()!);

        Assert.Equal(["a", "b"], Data(first));
        Assert.Equal(["c"], Data(second));
    }

    [Fact]
    public async Task Tells_how_far_it_is_behind()
    {
        Put("a");
        _time.Advance(TimeSpan.FromSeconds(7));
        Put("b");

        var first = await _server.RecordsAsync(await _server.IteratorAsync("orders"), limit: 1);
        var second = await _server.RecordsAsync(first.GetProperty("NextShardIterator").GetString()!);

        Assert.Equal(7000, first.GetProperty("MillisBehindLatest").GetInt64());
        Assert.Equal(0, second.GetProperty("MillisBehindLatest").GetInt64());
    }

    [Fact]
    public async Task Reads_nothing_old_from_LATEST()
    {
        Put("a");
        var iterator = await _server.IteratorAsync("orders", type: "LATEST");
        Put("b");

        Assert.Equal(["b"], Data(await _server.RecordsAsync(iterator)));
    }

    [Fact]
    public async Task Starts_at_or_after_a_sequence_number()
    {
        Put("a", "b", "c");
        var all = await _server.RecordsAsync(await _server.IteratorAsync("orders"));
        var number = all.GetProperty("Records")[1].GetProperty("SequenceNumber").GetString();

        Assert.Equal(["b", "c"], Data(await _server.RecordsAsync(await StartAsync("AT_SEQUENCE_NUMBER", $"\"StartingSequenceNumber\":\"{number}\""))));
        Assert.Equal(["c"], Data(await _server.RecordsAsync(await StartAsync("AFTER_SEQUENCE_NUMBER", $"\"StartingSequenceNumber\":\"{number}\""))));
    }

    [Fact]
    public async Task Starts_at_a_timestamp()
    {
        Put("a");
        _time.Advance(TimeSpan.FromSeconds(10));
        var between = _time.GetUtcNow().ToUnixTimeSeconds();
        _time.Advance(TimeSpan.FromSeconds(10));
        Put("b");

        Assert.Equal(["b"], Data(await _server.RecordsAsync(await StartAsync("AT_TIMESTAMP", $"\"Timestamp\":{between}"))));
        Assert.Equal(["a", "b"], Data(await _server.RecordsAsync(await StartAsync("AT_TIMESTAMP", "\"Timestamp\":1.5"))));
    }

    [Theory]
    [InlineData("AT_SEQUENCE_NUMBER", "", "InvalidArgumentException")]
    [InlineData("AT_SEQUENCE_NUMBER", ",\"StartingSequenceNumber\":\"17\"", "InvalidArgumentException")]
    [InlineData("AT_TIMESTAMP", "", "InvalidArgumentException")]
    [InlineData("AT_TIMESTAMP", ",\"Timestamp\":99999999999", "InvalidArgumentException")]
    [InlineData("SOMEWHERE", "", "ValidationException")]
    public async Task Fails_on_a_position_that_makes_no_sense(string type, string more, string code)
    {
        var error = await _server.FailAsync("GetShardIterator",
            $$"""{"StreamName":"orders","ShardId":"{{Shard}}","ShardIteratorType":"{{type}}"{{more}}}""");

        Assert.Equal(code, error.Code);
    }

    [Fact]
    public async Task Fails_with_an_iterator_of_more_than_five_minutes()
    {
        var iterator = await _server.IteratorAsync("orders");
        _time.Advance(TimeSpan.FromMilliseconds(300_000));
        await _server.RecordsAsync(iterator);
        _time.Advance(TimeSpan.FromMilliseconds(1));

        var error = await _server.FailAsync("GetRecords", $$"""{"ShardIterator":"{{iterator}}"}""");

        Assert.Equal("ExpiredIteratorException", error.Code);
        Assert.Contains("300000 milliseconds", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Accepts_an_iterator_in_quotes()
    {
        Put("a");
        var iterator = await _server.IteratorAsync("orders");

        Assert.Equal(["a"], Data(await _server.CallAsync("GetRecords", $$"""{"ShardIterator":"\"{{iterator}}\""}""")));
    }

    [Theory]
    [InlineData("""{"ShardIterator":"bm9uZQ=="}""", "InvalidArgumentException")]
    [InlineData("""{"ShardIterator":"x","Limit":0}""", "ValidationException")]
    [InlineData("""{"ShardIterator":"x","Limit":10001}""", "InvalidArgumentException")]
    [InlineData("""{}""", "ValidationException")]
    public async Task Fails_on_bad_input(string request, string code) =>
        Assert.Equal(code, (await _server.FailAsync("GetRecords", request)).Code);

    [Fact]
    public async Task Answers_five_times_a_second_and_shard()
    {
        var iterator = await _server.IteratorAsync("orders");
        for (var i = 0; i < 5; i++)
        {
            await _server.RecordsAsync(iterator);
        }

        var error = await _server.FailAsync("GetRecords", $$"""{"ShardIterator":"{{iterator}}"}""");

        Assert.Equal("ProvisionedThroughputExceededException", error.Code);
        _time.Advance(TimeSpan.FromMilliseconds(200));
        await _server.RecordsAsync(iterator);
    }

    [Fact]
    public async Task Answers_ten_MiB_at_most_and_rests_five_seconds_afterwards()
    {
        for (var i = 0; i < 11; i++)
        {
            Assert.False(_server.Kinesis.TryGet("orders")!.Put("x", new byte[(1 << 20) - 1]).IsThrottled);
            _time.Advance(TimeSpan.FromSeconds(2));
        }

        var read = await _server.RecordsAsync(await _server.IteratorAsync("orders"));
        var next = read.GetProperty("NextShardIterator").GetString();

        Assert.Equal(10, read.GetProperty("Records").GetArrayLength());
        _time.Advance(TimeSpan.FromMilliseconds(4999));
        Assert.Equal("ProvisionedThroughputExceededException",
            (await _server.FailAsync("GetRecords", $$"""{"ShardIterator":"{{next}}"}""")).Code);
        _time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Single((await _server.RecordsAsync(next!)).GetProperty("Records").EnumerateArray());
    }

    [Fact]
    public async Task Names_the_children_at_the_end_of_a_closed_shard()
    {
        Put("a");
        await _server.CallAsync("SplitShard",
            $$"""{"StreamName":"orders","ShardToSplit":"{{Shard}}","NewStartingHashKey":"170141183460469231731687303715884105728"}""");

        var read = await _server.RecordsAsync(await _server.IteratorAsync("orders"));

        Assert.Equal(["a"], Data(read));
        Assert.Equal(System.Text.Json.JsonValueKind.Null, read.GetProperty("NextShardIterator").ValueKind);
        var children = read.GetProperty("ChildShards");
        Assert.Equal("shardId-000000000001", children[0].GetProperty("ShardId").GetString());
        Assert.Equal(Shard, children[0].GetProperty("ParentShards")[0].GetString());
        Assert.Equal("170141183460469231731687303715884105728",
            children[1].GetProperty("HashKeyRange").GetProperty("StartingHashKey").GetString());
    }

    [Fact]
    public async Task Forgets_records_after_the_retention()
    {
        Put("a");
        _time.Advance(TimeSpan.FromHours(23));
        Put("b");
        _time.Advance(TimeSpan.FromHours(2));

        Assert.Equal(["b"], Data(await _server.RecordsAsync(await _server.IteratorAsync("orders"))));
    }

    private void Put(params string[] data) =>
        Array.ForEach(data, text => _server.Kinesis.TryGet("orders")!.Put("key", Encoding.UTF8.GetBytes(text)));

    private async Task<string> StartAsync(string type, string more) => (await _server.CallAsync("GetShardIterator",
        $$"""{"StreamName":"orders","ShardId":"{{Shard}}","ShardIteratorType":"{{type}}",{{more}}}""")).GetProperty("ShardIterator").GetString()!;

    private static IEnumerable<string> Data(System.Text.Json.JsonElement answer) => answer.GetProperty("Records").EnumerateArray()
        .Select(record => Encoding.UTF8.GetString(record.GetProperty("Data").GetBytesFromBase64()));
}
