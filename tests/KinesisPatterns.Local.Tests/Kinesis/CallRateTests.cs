namespace KinesisPatterns.Local.Tests.Kinesis;

[Rule("https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html")]
public sealed class CallRateTests : IAsyncLifetime
{
    private readonly ManualTime _time = new();
    private TestServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync(new() { Time = _time, EnforceCallRates = true });
        _server.Kinesis.CreateStream("orders", new() { Shards = 2 });
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData("DescribeStream", 10)]
    [InlineData("DescribeStreamSummary", 20)]
    [InlineData("ListTagsForStream", 5)]
    public async Task Answers_an_account_so_many_times_a_second(string operation, int most)
    {
        for (var i = 0; i < most; i++)
        {
            await _server.CallAsync(operation, """{"StreamName":"orders"}""");
        }

        Assert.Equal("LimitExceededException", (await _server.FailAsync(operation, """{"StreamName":"orders"}""")).Code);
        _time.Advance(TimeSpan.FromSeconds(1));
        await _server.CallAsync(operation, """{"StreamName":"orders"}""");
    }

    [Fact]
    public async Task Gives_five_iterators_a_second_and_shard()
    {
        for (var i = 0; i < 5; i++)
        {
            await _server.IteratorAsync("orders");
        }

        var error = await _server.FailAsync("GetShardIterator", """{"StreamName":"orders","ShardId":"shardId-000000000000","ShardIteratorType":"LATEST"}""");

        Assert.Equal("ProvisionedThroughputExceededException", error.Code);
        await _server.IteratorAsync("orders", "shardId-000000000001");
    }
}
