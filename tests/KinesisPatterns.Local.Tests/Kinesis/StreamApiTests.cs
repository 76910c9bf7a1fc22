using System.Text.Json;

namespace KinesisPatterns.Local.Tests.Kinesis;

[Rule("https://docs.aws.amazon.com/kinesis/latest/APIReference/API_Operations.html")]
public sealed class StreamApiTests : IAsyncLifetime
{
    private readonly ManualTime _time = new();
    private readonly List<string> _authorized = [];
    private TestServer _server = null!;
    private string? _refusal;

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync(new()
    {
        Time = _time,
        Authorize = (_, action, resource) =>
        {
            _authorized.Add($"{action} {resource}");
            return _refusal;
        },
    });

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Creates_describes_and_deletes_a_stream()
    {
        await _server.CallAsync("CreateStream", """{"StreamName":"orders","ShardCount":2,"Tags":{"team":"x"}}""");

        var summary = (await _server.CallAsync("DescribeStreamSummary", """{"StreamName":"orders"}""")).GetProperty("StreamDescriptionSummary");
        Assert.Equal(
            "arn:aws:kinesis:us-east-1:000000000000:stream/orders", summary.GetProperty("StreamARN").GetString());
        Assert.Equal("ACTIVE", summary.GetProperty("StreamStatus").GetString());
        Assert.Equal(2, summary.GetProperty("OpenShardCount").GetInt32());
        Assert.Equal(24, summary.GetProperty("RetentionPeriodHours").GetInt32());
        Assert.Equal("NONE", summary.GetProperty("EncryptionType").GetString());
        Assert.Equal("PROVISIONED", summary.GetProperty("StreamModeDetails").GetProperty("StreamMode").GetString());
        var tags = await _server.CallAsync("ListTagsForStream", """{"StreamName":"orders"}""");
        Assert.Equal("team", tags.GetProperty("Tags")[0].GetProperty("Key").GetString());

        await _server.CallAsync("DeleteStream", """{"StreamARN":"arn:aws:kinesis:us-east-1:000000000000:stream/orders"}""");
        var error = await _server.FailAsync("DescribeStream", """{"StreamName":"orders"}""");
        Assert.Equal(("ResourceNotFoundException", "Stream orders under account 000000000000 not found."), error);
    }

    [Fact]
    public async Task Starts_an_on_demand_stream_with_four_shards()
    {
        await _server.CallAsync("CreateStream", """{"StreamName":"orders","StreamModeDetails":{"StreamMode":"ON_DEMAND"}}""");

        var description = (await _server.CallAsync("DescribeStream", """{"StreamName":"orders"}""")).GetProperty("StreamDescription");

        Assert.Equal(4, description.GetProperty("Shards").GetArrayLength());
        Assert.False(description.GetProperty("HasMoreShards").GetBoolean());
    }

    [Theory]
    [InlineData("CreateStream", "{}", "ValidationException")]
    [InlineData("CreateStream", """{"StreamName":"a b","ShardCount":1}""", "ValidationException")]
    [InlineData("CreateStream", """{"StreamName":"x"}""", "ValidationException")]
    [InlineData("CreateStream", """{"StreamName":"x","ShardCount":0}""", "ValidationException")]
    [InlineData("CreateStream", """{"StreamName":"x","ShardCount":"1"}""", "SerializationException")]
    [InlineData("CreateStream", """{"StreamName":"x","ShardCount":1,"StreamModeDetails":{"StreamMode":"ON_DEMAND"}}""", "ValidationException")]
    [InlineData("CreateStream", """{"StreamName":"x","ShardCount":1,"WarmThroughputMiBps":10}""", "ValidationException")]
    [InlineData("CreateStream", """{"StreamName":"taken","ShardCount":1}""", "ResourceInUseException")]
    [InlineData("CreateStream", "[]", "SerializationException")]
    [InlineData("CreateStream", "{", "SerializationException")]
    [InlineData("DescribeStream", "{}", "InvalidArgumentException")]
    [InlineData("IncreaseStreamRetentionPeriod", """{"StreamName":"taken","RetentionPeriodHours":8761}""", "InvalidArgumentException")]
    [InlineData("IncreaseStreamRetentionPeriod", """{"StreamName":"taken","RetentionPeriodHours":23}""", "InvalidArgumentException")]
    [InlineData("DecreaseStreamRetentionPeriod", """{"StreamName":"taken","RetentionPeriodHours":48}""", "InvalidArgumentException")]
    [InlineData("StartStreamEncryption", """{"StreamName":"taken","EncryptionType":"NONE","KeyId":"x"}""", "ValidationException")]
    [InlineData("UpdateStreamWarmThroughput", """{"StreamName":"taken","WarmThroughputMiBps":10}""", "ValidationException")]
    [InlineData("EnableEnhancedMonitoring", """{"StreamName":"taken","ShardLevelMetrics":["Speed"]}""", "ValidationException")]
    [InlineData("NoSuchOperation", "{}", "UnknownOperationException")]
    public async Task Fails_on_bad_input(string operation, string request, string code)
    {
        _server.Kinesis.CreateStream("taken", new() { Shards = 1 });

        Assert.Equal(code, (await _server.FailAsync(operation, request)).Code);
    }

    [Fact]
    public async Task Says_everything_that_is_wrong_at_once()
    {
        var error = await _server.FailAsync("CreateStream", """{"StreamName":"a b","ShardCount":0}""");

        Assert.Equal(
            "2 validation errors detected: Value 'a b' at 'streamName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+; Value '0' at 'shardCount' failed to satisfy constraint: Member must have value greater than or equal to 1", error.Message);
    }

    [Fact]
    public async Task Changes_what_can_be_changed()
    {
        var stream = _server.Kinesis.CreateStream("orders", new() { Shards = 1 });
        await _server.CallAsync("UpdateAccountSettings", """{"MinimumThroughputBillingCommitment":{"Status":"ENABLED"}}""");
        await _server.CallAsync("IncreaseStreamRetentionPeriod", """{"StreamName":"orders","RetentionPeriodHours":48}""");
        await _server.CallAsync("StartStreamEncryption", """{"StreamName":"orders","EncryptionType":"KMS","KeyId":"alias/aws/kinesis"}""");
        await _server.CallAsync("UpdateMaxRecordSize", $$"""{"StreamARN":"{{stream.Arn}}","MaxRecordSizeInKiB":2048}""");
        await _server.CallAsync("UpdateStreamMode", $$$"""{"StreamARN":"{{{stream.Arn}}}","StreamModeDetails":{"StreamMode":"ON_DEMAND"}}""");
        await _server.CallAsync("UpdateStreamWarmThroughput", $$"""{"StreamARN":"{{stream.Arn}}","WarmThroughputMiBps":3}""");
        var metrics = await _server.CallAsync("EnableEnhancedMonitoring", """{"StreamName":"orders","ShardLevelMetrics":["ALL"]}""");

        Assert.Equal((48, "alias/aws/kinesis", 2048, 3),
            (stream.Settings.RetentionHours, stream.Settings.KeyId, stream.Settings.MaxRecordKiB, stream.Settings.WarmThroughputMiBps));
        Assert.Equal("ON_DEMAND", stream.Mode);
        Assert.Equal(7, metrics.GetProperty("DesiredShardLevelMetrics").GetArrayLength());
        Assert.Equal(3, stream.OpenShards.Count);

        await _server.CallAsync("StopStreamEncryption", """{"StreamName":"orders","EncryptionType":"KMS","KeyId":"x"}""");
        await _server.CallAsync("DecreaseStreamRetentionPeriod", """{"StreamName":"orders","RetentionPeriodHours":24}""");
        Assert.Null(stream.Settings.KeyId);
    }

    [Fact]
    public async Task Lists_streams_in_pages()
    {
        foreach (var name in new[] { "c", "a", "b" })
        {
            _server.Kinesis.CreateStream(name, new() { Shards = 1 });
        }

        var first = await _server.CallAsync("ListStreams", """{"Limit":2}""");
        var second = await _server.CallAsync("ListStreams", $$"""{"NextToken":"{{first.GetProperty("NextToken").GetString()}}"}""");

        Assert.Equal(["a", "b"], first.GetProperty("StreamNames").EnumerateArray().Select(n => n.GetString()));
        Assert.True(first.GetProperty("HasMoreStreams").GetBoolean());
        Assert.Equal(["c"], second.GetProperty("StreamNames").EnumerateArray().Select(n => n.GetString()));
    }

    [Fact]
    public async Task Keeps_tags_policies_and_account_settings()
    {
        var stream = _server.Kinesis.CreateStream("orders", new() { Shards = 1 });
        await _server.CallAsync("AddTagsToStream", """{"StreamName":"orders","Tags":{"a":"1","b":"2"}}""");
        await _server.CallAsync("UntagResource", $$"""{"ResourceARN":"{{stream.Arn}}","TagKeys":["a"]}""");
        var tags = await _server.CallAsync("ListTagsForResource", $$"""{"ResourceARN":"{{stream.Arn}}"}""");
        var document = $$$"""{"Statement":{"Effect":"Allow","Principal":"*","Action":"kinesis:PutRecord","Resource":"{{{stream.Arn}}}"}}""";
        var none = await _server.CallAsync("GetResourcePolicy", $$"""{"ResourceARN":"{{stream.Arn}}"}""");
        await _server.CallAsync("PutResourcePolicy", JsonSerializer.Serialize(new { ResourceARN = stream.Arn, Policy = document }));
        var policy = await _server.CallAsync("GetResourcePolicy", $$"""{"ResourceARN":"{{stream.Arn}}"}""");
        await _server.CallAsync("DeleteResourcePolicy", $$"""{"ResourceARN":"{{stream.Arn}}"}""");
        var limits = await _server.CallAsync("DescribeLimits", "{}");

        Assert.Equal("b", Assert.Single(tags.GetProperty("Tags").EnumerateArray()).GetProperty("Key").GetString());
        Assert.Equal("{}", none.GetProperty("Policy").GetString());
        Assert.Equal(document, policy.GetProperty("Policy").GetString());
        Assert.Equal(1, limits.GetProperty("OpenShardCount").GetInt32());
    }

    [Fact]
    public async Task Asks_whether_the_caller_may()
    {
        var stream = _server.Kinesis.CreateStream("orders", new() { Shards = 1 });
        var iterator = await _server.IteratorAsync("orders");
        _refusal = "User is not authorized to perform: kinesis:PutRecords";
        _authorized.Clear();

        var put = await _server.FailAsync("PutRecords", """{"StreamName":"orders","Records":[{"Data":"","PartitionKey":"x"}]}""");
        await _server.FailAsync("GetRecords", $$"""{"ShardIterator":"{{iterator}}"}""");
        await _server.FailAsync("ListStreams", "{}");

        Assert.Equal(("AccessDeniedException", _refusal), put);
        Assert.Equal(
            [$"kinesis:PutRecords {stream.Arn}", $"kinesis:GetRecords {stream.Arn}", "kinesis:ListStreams *"], _authorized);
        Assert.Equal(0, stream.RecordsPut);
    }

    [Fact]
    public async Task Answers_with_request_ids_and_the_content_type_of_the_protocol()
    {
        using var response = await _server.SendAsync("ListStreams", "{}"u8.ToArray(), "application/x-amz-json-1.1");

        Assert.Equal("application/x-amz-json-1.1", response.Content.Headers.ContentType!.MediaType);
        Assert.True(response.Headers.Contains("x-amzn-RequestId"));
        Assert.True(response.Headers.Contains("x-amz-id-2"));
    }
}
