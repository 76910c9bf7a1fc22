using System.Text;
using KinesisPatterns.Local.Kinesis;

namespace KinesisPatterns.Local.Tests.Kinesis;

[Rule("https://docs.aws.amazon.com/kinesis/latest/APIReference/API_PutRecords.html")]
public sealed class PutRecordsTests : IAsyncLifetime
{
    private readonly ManualTime _time = new();
    private TestServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync(new() { Time = _time });
        _server.Kinesis.CreateStream("orders", new() { Shards = 2 });
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Answers_in_the_order_of_the_request()
    {
        var answer = await _server.CallAsync("PutRecords", """
            {"Records":[{"Data":"YQ==","PartitionKey":"x","ExplicitHashKey":"0"},
                        {"PartitionKey":"y","Data":"Yg==","ExplicitHashKey":"340282366920938463463374607431768211455"}],
             "StreamName":"orders"}
            """);

        Assert.Equal(0, answer.GetProperty("FailedRecordCount").GetInt32());
        Assert.Equal(["shardId-000000000000", "shardId-000000000001"],
            answer.GetProperty("Records").EnumerateArray().Select(r => r.GetProperty("ShardId").GetString()));
        Assert.False(answer.TryGetProperty("EncryptionType", out _));
    }

    [Fact]
    public async Task Stores_data_and_key_unchanged()
    {
        const string Key = "schlüssel \"ä\" \\ \u4e2d";
        var data = Convert.ToBase64String(Encoding.UTF8.GetBytes("{\"a\":1}")).Replace(
            "=", "\\u003d", StringComparison.Ordinal);
        await _server.CallAsync("PutRecords",
            $$"""{"StreamName":"orders","Records":[{"Data":"{{data}}","PartitionKey":"schl\u00fcssel \"ä\" \\ 中","ExplicitHashKey":"0"}]}""");

        var read = await _server.RecordsAsync(await _server.IteratorAsync("orders"));

        var record = Assert.Single(read.GetProperty("Records").EnumerateArray());
        Assert.Equal(Key, record.GetProperty("PartitionKey").GetString());
        Assert.Equal("{\"a\":1}", Encoding.UTF8.GetString(record.GetProperty("Data").GetBytesFromBase64()));
        Assert.Equal(
            _time.GetUtcNow().ToUnixTimeMilliseconds() / 1000d, record.GetProperty("ApproximateArrivalTimestamp").GetDouble());
    }

    [Theory]
    [InlineData("""{"StreamName":"orders"}""", "ValidationException", "Value null at 'records' failed to satisfy constraint: Member must not be null")]
    [InlineData("""{"StreamName":"orders","Records":[]}""", "ValidationException", "greater than or equal to 1")]
    [InlineData("""{"Records":[{"Data":"","PartitionKey":"x"}]}""", "InvalidArgumentException", "StreamName or StreamARN")]
    [InlineData("""{"StreamName":"orders","Records":[{"PartitionKey":"x"}]}""", "ValidationException", "'records.1.member.data'")]
    [InlineData("""{"StreamName":"orders","Records":[{"Data":"","PartitionKey":""}]}""", "ValidationException", "'records.1.member.partitionKey'")]
    [InlineData("""{"StreamName":"orders","Records":[{"Data":""}]}""", "ValidationException", "'records.1.member.partitionKey'")]
    [InlineData("""{"StreamName":"orders","Records":[{"Data":"","PartitionKey":"x","ExplicitHashKey":"01"}]}""", "ValidationException", "explicitHashKey")]
    [InlineData("""{"StreamName":"orders","Records":[{"Data":"","PartitionKey":"x","ExplicitHashKey":"340282366920938463463374607431768211456"}]}""", "InvalidArgumentException", "2^128-1")]
    [InlineData("""{"StreamName":"orders","Records":[{"Data":"?","PartitionKey":"x"}]}""", "SerializationException", "base64")]
    [InlineData("""{"StreamName":"orders","Records":{}}""", "SerializationException", "PutRecords")]
    [InlineData("""{"StreamName":"orders","Records":[""", "SerializationException", "PutRecords")]
    [InlineData("""{"StreamName":"none","Records":[{"Data":"","PartitionKey":"x"}]}""", "ResourceNotFoundException", "Stream none under account 000000000000 not found.")]
    public async Task Fails_as_a_whole_on_bad_input(string request, string code, string message)
    {
        var error = await _server.FailAsync("PutRecords", request);

        Assert.Equal(code, error.Code);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(0, _server.Kinesis.TryGet("orders")!.RecordsPut);
    }

    [Theory]
    [InlineData("""{"StreamName":"orders","PartitionKey":"x"}""", "Value null at 'data'")]
    [InlineData("""{"StreamName":"orders","Data":""}""", "Value null at 'partitionKey'")]
    [InlineData("""{"StreamName":"orders","Data":"","PartitionKey":"","ExplicitHashKey":"x"}""", "2 validation errors")]
    public async Task Fails_a_single_record_on_bad_input(string request, string message)
    {
        var error = await _server.FailAsync("PutRecord", request);

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Fails_above_500_records()
    {
        var records = string.Join(',', Enumerable.Repeat("""{"Data":"","PartitionKey":"x"}""", 501));

        var error = await _server.FailAsync("PutRecords", $$"""{"StreamName":"orders","Records":[{{records}}]}""");

        Assert.Contains("less than or equal to 500", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(256, 200)]
    [InlineData(257, 400)]
    public async Task Takes_partition_keys_of_up_to_256_characters(int length, int status) =>
        await _server.CallAsync("PutRecords",
        $$"""{"StreamName":"orders","Records":[{"Data":"","PartitionKey":"{{new string('ä', length)}}"}]}""", status);

    [Fact]
    public async Task Fails_above_ten_MiB()
    {
        _server.Kinesis.CreateStream("large", new() { Shards = 1, MaxRecordKiB = 10240 });
        var data = Convert.ToBase64String(new byte[5 << 20]);

        var error = await _server.FailAsync("PutRecords",
            $$"""{"StreamName":"large","Records":[{"Data":"{{data}}","PartitionKey":"x"},{"Data":"{{data}}","PartitionKey":"x"}]}""");

        Assert.Equal("InvalidArgumentException", error.Code);
    }

    [Theory]
    [InlineData(1024, 1048575, 200)]
    [InlineData(1024, 1048576, 400)]
    [InlineData(2048, 1048576, 200)]
    public async Task Counts_the_partition_key_into_the_size_of_a_record(int limitKiB, int dataLength, int status)
    {
        _server.Kinesis.CreateStream("sized", new() { Shards = 1, MaxRecordKiB = limitKiB });

        await _server.CallAsync("PutRecords",
            $$"""{"StreamName":"sized","Records":[{"Data":"{{Convert.ToBase64String(new byte[dataLength])}}","PartitionKey":"x"}]}""", status);
    }

    [Fact]
    public async Task Stores_a_part_when_a_shard_is_busy()
    {
        var stream = _server.Kinesis.TryGet("orders")!;
        for (var i = 0; i < 999; i++)
        {
            Assert.False(stream.Put("x", [], explicitHashKey: 0).IsThrottled);
        }

        var answer = await _server.CallAsync("PutRecords", """
            {"StreamName":"orders","Records":[{"Data":"","PartitionKey":"x","ExplicitHashKey":"0"},
             {"Data":"","PartitionKey":"x","ExplicitHashKey":"0"},
             {"Data":"","PartitionKey":"x","ExplicitHashKey":"340282366920938463463374607431768211455"}]}
            """);

        Assert.Equal(1, answer.GetProperty("FailedRecordCount").GetInt32());
        var failed = answer.GetProperty("Records")[1];
        Assert.Equal("ProvisionedThroughputExceededException", failed.GetProperty("ErrorCode").GetString());
        Assert.Equal("Rate exceeded for shard shardId-000000000000 in stream orders under account 000000000000.",
            failed.GetProperty("ErrorMessage").GetString());
        Assert.False(failed.TryGetProperty("ShardId", out _));
        Assert.Equal(1, stream.Throttled);
    }

    [Fact]
    public void Takes_one_MiB_a_second_and_shard()
    {
        var stream = _server.Kinesis.TryGet("orders")!;
        for (var i = 0; i < 4; i++)
        {
            Assert.False(stream.Put("x", new byte[(256 << 10) - 1], explicitHashKey: 0).IsThrottled);
        }

        Assert.True(stream.Put("x", new byte[64], explicitHashKey: 0).IsThrottled);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.False(stream.Put("x", new byte[64], explicitHashKey: 0).IsThrottled);
    }

    [Fact]
    public async Task Answers_PutRecord_with_an_error_when_the_shard_is_busy()
    {
        var stream = _server.Kinesis.TryGet("orders")!;
        for (var i = 0; i < 1000; i++)
        {
            stream.Put("x", [], explicitHashKey: 0);
        }

        var error = await _server.FailAsync("PutRecord",
            """{"StreamName":"orders","Data":"","PartitionKey":"x","ExplicitHashKey":"0"}""");

        Assert.Equal("ProvisionedThroughputExceededException", error.Code);
    }

    [Fact]
    public async Task Takes_everything_without_quotas()
    {
        await using var service = new KinesisService(new() { EnforceQuotas = false, Time = _time });
        var stream = service.CreateStream("fast", new() { Shards = 1 });

        for (var i = 0; i < 5000; i++)
        {
            Assert.False(stream.Put("x", new byte[1000]).IsThrottled);
        }
    }

    [Fact]
    public async Task Names_the_key_type_of_an_encrypted_stream()
    {
        _server.Kinesis.CreateStream("secret", new() { KeyId = "alias/aws/kinesis" });

        var put = await _server.CallAsync("PutRecord", """{"StreamName":"secret","Data":"","PartitionKey":"x"}""");
        var read = await _server.RecordsAsync(
            await _server.IteratorAsync("secret", put.GetProperty("ShardId").GetString()!));

        Assert.Equal("KMS", put.GetProperty("EncryptionType").GetString());
        Assert.Equal("KMS", read.GetProperty("Records")[0].GetProperty("EncryptionType").GetString());
    }
}
