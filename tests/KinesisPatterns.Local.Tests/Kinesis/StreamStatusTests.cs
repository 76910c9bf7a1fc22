namespace KinesisPatterns.Local.Tests.Kinesis;

[Rule("https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateStream.html")]
public sealed class StreamStatusTests : IAsyncLifetime
{
    private static readonly TimeSpan _transition = TimeSpan.FromSeconds(10);

    private readonly ManualTime _time = new();
    private TestServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync(new() { Time = _time, Transition = _transition });

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_stream_is_CREATING_before_it_is_ACTIVE_and_takes_no_records_until_then()
    {
        await _server.CallAsync("CreateStream", """{"StreamName":"orders","ShardCount":1}""");

        Assert.Equal("CREATING", await StatusAsync());
        Assert.Equal("ResourceNotFoundException", (await _server.FailAsync("PutRecord", Put)).Code);
        Assert.Equal("ResourceInUseException", (await _server.FailAsync("CreateStream", """{"StreamName":"orders","ShardCount":1}""")).Code);
        Assert.Equal("ResourceInUseException", (await _server.FailAsync("DeleteStream", """{"StreamName":"orders"}""")).Code);
        Assert.Equal("ResourceInUseException", (await _server.FailAsync("ListShards", """{"StreamName":"orders"}""")).Code);

        _time.Advance(_transition);
        Assert.Equal("ACTIVE", await StatusAsync());
        await _server.CallAsync("PutRecord", Put);
    }

    [Rule("https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SplitShard.html")]
    [Fact]
    public async Task A_stream_that_is_UPDATING_takes_records_into_the_old_shards_and_no_second_change()
    {
        var stream = _server.Kinesis.CreateStream("orders", new() { Shards = 1 });
        await _server.CallAsync("SplitShard", Split);

        Assert.Equal("UPDATING", await StatusAsync());
        Assert.Equal("shardId-000000000000", (await _server.CallAsync("PutRecord", Put)).GetProperty("ShardId").GetString());
        Assert.Equal(
            ("ResourceInUseException", "Stream orders under account 000000000000 not ACTIVE, instead in state UPDATING"),
            await _server.FailAsync("SplitShard", Split));
        Assert.Equal(
            "ResourceInUseException",
            (await _server.FailAsync("UpdateShardCount", """{"StreamName":"orders","TargetShardCount":2,"ScalingType":"UNIFORM_SCALING"}""")).Code);

        _time.Advance(_transition);
        Assert.Equal("ACTIVE", await StatusAsync());
        Assert.Equal(2, stream.OpenShards.Count);
        Assert.NotEqual("shardId-000000000000", (await _server.CallAsync("PutRecord", Put)).GetProperty("ShardId").GetString());
    }

    [Rule("https://docs.aws.amazon.com/kinesis/latest/APIReference/API_StartStreamEncryption.html")]
    [Fact]
    public async Task Encryption_begins_when_the_update_is_over()
    {
        _server.Kinesis.CreateStream("orders", new() { Shards = 1 });
        await _server.CallAsync("StartStreamEncryption", """{"StreamName":"orders","EncryptionType":"KMS","KeyId":"alias/aws/kinesis"}""");

        Assert.Equal("UPDATING", await StatusAsync());
        Assert.False((await _server.CallAsync("PutRecord", Put)).TryGetProperty("EncryptionType", out _));
        _time.Advance(_transition);
        Assert.Equal("KMS", (await _server.CallAsync("PutRecord", Put)).GetProperty("EncryptionType").GetString());
    }

    [Rule("https://docs.aws.amazon.com/kinesis/latest/APIReference/API_StartStreamEncryption.html")]
    [Fact]
    public async Task A_key_can_be_applied_25_times_in_24_hours()
    {
        _server.Kinesis.CreateStream("orders", new() { Shards = 1 });
        const string Request = """{"StreamName":"orders","EncryptionType":"KMS","KeyId":"alias/aws/kinesis"}""";
        for (var i = 0; i < 25; i++)
        {
            await _server.CallAsync("StartStreamEncryption", Request);
            _time.Advance(_transition);
        }

        Assert.Equal("LimitExceededException", (await _server.FailAsync("StartStreamEncryption", Request)).Code);
    }

    [Rule("https://docs.aws.amazon.com/kinesis/latest/APIReference/API_DeleteStream.html")]
    [Fact]
    public async Task A_stream_that_is_DELETING_still_takes_and_gives_records()
    {
        _server.Kinesis.CreateStream("orders", new() { Shards = 1 });
        await _server.CallAsync("DeleteStream", """{"StreamName":"orders"}""");

        Assert.Equal("DELETING", await StatusAsync());
        await _server.CallAsync("PutRecord", Put);
        Assert.Single((await _server.RecordsAsync(await _server.IteratorAsync("orders"))).GetProperty("Records").EnumerateArray());

        _time.Advance(_transition);
        Assert.Equal("ResourceNotFoundException", (await _server.FailAsync("PutRecord", Put)).Code);
    }

    [Rule("https://docs.aws.amazon.com/kinesis/latest/APIReference/API_CreateStream.html")]
    [Fact]
    public async Task Five_streams_are_CREATING_at_a_time()
    {
        for (var i = 0; i < 5; i++)
        {
            await _server.CallAsync("CreateStream", $$"""{"StreamName":"s{{i}}","ShardCount":1}""");
        }

        Assert.Equal("LimitExceededException", (await _server.FailAsync("CreateStream", """{"StreamName":"s5","ShardCount":1}""")).Code);
        _time.Advance(_transition);
        await _server.CallAsync("CreateStream", """{"StreamName":"s5","ShardCount":1}""");
    }

    [Rule("https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html")]
    [Theory]
    [InlineData("""{"StreamName":"more","StreamModeDetails":{"StreamMode":"ON_DEMAND"}}""")]
    [InlineData("""{"StreamName":"more","ShardCount":10000}""")]
    public async Task An_account_has_room_for_fifty_on_demand_streams_and_20000_shards(string request)
    {
        _server.Kinesis.CreateStream("large", new() { Shards = 10_000 });
        _server.Kinesis.CreateStream("last", new() { Shards = 1 });
        for (var i = 0; i < 50; i++)
        {
            _server.Kinesis.CreateStream($"s{i}", new());
        }

        Assert.Equal("LimitExceededException", (await _server.FailAsync("CreateStream", request)).Code);
    }

    [Rule("https://docs.aws.amazon.com/kinesis/latest/APIReference/API_RegisterStreamConsumer.html")]
    [Fact]
    public async Task Five_consumers_are_CREATING_at_a_time_and_none_can_subscribe_before_it_is_ACTIVE()
    {
        var stream = _server.Kinesis.CreateStream("orders", new() { Shards = 1 });
        var arn = "";
        for (var i = 0; i < 5; i++)
        {
            arn = (await _server.CallAsync("RegisterStreamConsumer", Register(i))).GetProperty("Consumer").GetProperty("ConsumerARN").GetString()!;
        }

        var subscribe = $$$"""{"ConsumerARN":"{{{arn}}}","ShardId":"shardId-000000000000","StartingPosition":{"Type":"LATEST"}}""";
        Assert.Equal("LimitExceededException", (await _server.FailAsync("RegisterStreamConsumer", Register(5))).Code);
        Assert.Equal("ResourceInUseException", (await _server.FailAsync("SubscribeToShard", subscribe)).Code);
        _time.Advance(_transition);
        await _server.CallAsync("RegisterStreamConsumer", Register(5));

        string Register(int number) => $$"""{"StreamARN":"{{stream.Arn}}","ConsumerName":"c{{number}}"}""";
    }

    private const string Put = """{"StreamName":"orders","Data":"","PartitionKey":"k"}""";

    private const string Split = """{"StreamName":"orders","ShardToSplit":"shardId-000000000000","NewStartingHashKey":"170141183460469231731687303715884105728"}""";

    private async Task<string?> StatusAsync() => (await _server.CallAsync("DescribeStreamSummary", """{"StreamName":"orders"}"""))
        .GetProperty("StreamDescriptionSummary").GetProperty("StreamStatus").GetString();
}
