using KinesisPatterns.Local.Kinesis;

namespace KinesisPatterns.Local.Tests.Kinesis;

[Rule("https://docs.aws.amazon.com/streams/latest/dev/how-do-i-size-a-stream.html")]
public sealed class OnDemandTests : IAsyncLifetime
{
    private static readonly byte[] _fourKibibytes = new byte[4095];

    private readonly ManualTime _time = new();
    private TestServer _server = null!;
    private KinesisStream _stream = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync(new() { Time = _time, OnDemandObservation = TimeSpan.FromSeconds(1), MostOnDemandShards = 12 });
        _stream = _server.Kinesis.CreateStream("orders", new());
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData(2, 4)]
    [InlineData(3, 6)]
    [InlineData(4, 8)]
    public void Has_room_for_twice_its_highest_throughput(int megabytes, int shards)
    {
        Put(megabytes);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(HashRange.Uniform(shards), _stream.OpenShards.Select(shard => shard.HashRange));
    }

    [Fact]
    public void Counts_records_as_well_as_bytes()
    {
        for (var i = 0; i < 3_000; i++)
        {
            _stream.Put("k", [], KeyOf(i, 4));
        }

        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(6, _stream.OpenShards.Count);
    }

    [Fact]
    public void Keeps_its_capacity_when_the_throughput_falls()
    {
        Put(4);
        _time.Advance(TimeSpan.FromHours(1));

        Assert.Equal(8, _stream.OpenShards.Count);
    }

    [Fact]
    public void Throttles_what_is_above_its_capacity_until_it_has_scaled()
    {
        Put(4);
        Assert.True(_stream.Put("k", _fourKibibytes, KeyOf(0, 4)).IsThrottled);
        _time.Advance(TimeSpan.FromSeconds(1));

        Put(8);
        Assert.Equal(1, _stream.Throttled);
    }

    [Rule("https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html")]
    [Fact]
    public void Scales_no_further_than_its_quota()
    {
        Put(4);
        _time.Advance(TimeSpan.FromSeconds(1));
        Put(8);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(12, _stream.OpenShards.Count);
    }

    [Fact]
    public async Task Keeps_shards_and_records_when_the_mode_is_switched_and_switches_twice_a_day()
    {
        var put = _stream.Put("k", "kept"u8, 0);
        await SwitchAsync("PROVISIONED");
        Assert.Equal(4, _stream.OpenShards.Count);
        Assert.Single((await _server.RecordsAsync(await _server.IteratorAsync("orders", put.Shard.Id))).GetProperty("Records").EnumerateArray());
        await SwitchAsync("ON_DEMAND");

        var error = await _server.FailAsync("UpdateStreamMode", Mode("PROVISIONED"));

        Assert.Equal("LimitExceededException", error.Code);
        _time.Advance(TimeSpan.FromHours(25));
        await SwitchAsync("PROVISIONED");
    }

    [Rule("https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateStreamWarmThroughput.html")]
    [Fact]
    public async Task Is_warmed_up_for_accounts_with_a_commitment_only()
    {
        var request = $$"""{"StreamARN":"{{_stream.Arn}}","WarmThroughputMiBps":10}""";
        Assert.Equal("ValidationException", (await _server.FailAsync("UpdateStreamWarmThroughput", request)).Code);
        await _server.CallAsync("UpdateAccountSettings", """{"MinimumThroughputBillingCommitment":{"Status":"ENABLED"}}""");

        var answer = await _server.CallAsync("UpdateStreamWarmThroughput", request);

        Assert.Equal(10, answer.GetProperty("WarmThroughput").GetProperty("TargetMiBps").GetInt32());
        Assert.Equal(10, _stream.OpenShards.Count);
        var settings = await _server.CallAsync("DescribeAccountSettings", "{}");
        Assert.Equal("ENABLED", settings.GetProperty("MinimumThroughputBillingCommitment").GetProperty("Status").GetString());
    }

    private Task SwitchAsync(string mode) => _server.CallAsync("UpdateStreamMode", Mode(mode));

    private string Mode(string mode) => $$$"""{"StreamARN":"{{{_stream.Arn}}}","StreamModeDetails":{"StreamMode":"{{{mode}}}"}}""";

    // Evenly over the shards, four kibibytes at a time with the key.
    private void Put(int megabytes)
    {
        var shards = _stream.OpenShards.Count;
        for (var i = 0; i < megabytes * 256; i++)
        {
            _stream.Put("k", _fourKibibytes, KeyOf(i, shards));
        }
    }

    private static UInt128 KeyOf(int number, int shards) => HashRange.Uniform(shards)[number % shards].Start;
}
