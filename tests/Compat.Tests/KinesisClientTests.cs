using System.Text;
using System.Text.Json.Nodes;
using Amazon.Kinesis;
using Amazon.Kinesis.Model;
using Amazon.Runtime;
using HttpTests;

namespace Compat.Tests;

public sealed class KinesisClientTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Signs_and_names_the_operation()
    {
        await using var server = await HttpServer.StartAsync(_ => new(200, """{"ShardId":"shardId-000000000000","SequenceNumber":"49"}"""));
        using var client = Client(server);

        var answer = await client.PutRecordAsync(
            new() { StreamName = "readings", PartitionKey = "m-1", Data = new("hello"u8.ToArray()) }, Token);

        Assert.Equal("49", answer.SequenceNumber);
        Assert.Equal(200, (int)answer.HttpStatusCode);
        var seen = Assert.Single(server.Seen);
        Assert.Equal("Kinesis_20131202.PutRecord", seen.Target);
        Assert.Equal("application/x-amz-json-1.1", seen.Headers["Content-Type"]);
        Assert.Matches(
            "^AWS4-HMAC-SHA256 Credential=AKID/[0-9]{8}/eu-west-1/kinesis/aws4_request, SignedHeaders=[a-z0-9;-]*host[a-z0-9;-]*, Signature=[0-9a-f]{64}$",
            seen.Headers["Authorization"]);
        Assert.Equal("session", seen.Headers["X-Amz-Security-Token"]);
        Assert.Equal("aGVsbG8=", JsonNode.Parse(seen.Text)!["Data"]!.GetValue<string>());
    }

    [Theory]
    [InlineData(500, "InternalFailureException")]
    [InlineData(503, "ServiceUnavailable")]
    [InlineData(400, "ProvisionedThroughputExceededException")]
    public async Task Tries_again_after_a_fault_or_throttling(int status, string code)
    {
        var calls = 0;
        await using var server = await HttpServer.StartAsync(_ => ++calls < 3
            ? new(status, $$"""{"__type":"{{code}}","message":"later"}""")
            : new(200, """{"StreamNames":["a","b"],"HasMoreStreams":false}"""));
        using var client = Client(server);

        var answer = await client.ListStreamsAsync(Token);

        Assert.Equal(["a", "b"], answer.StreamNames);
        Assert.Equal(3, calls);
    }

    [Fact]
    public async Task Throws_the_error_by_its_type_and_does_not_repeat_it()
    {
        await using var server = await HttpServer.StartAsync(_ => new(
            400, """{"__type":"ResourceNotFoundException","message":"Stream x under account 000000000000 not found."}""",
            new Dictionary<string, string> { ["x-amzn-RequestId"] = "r-1" }));
        using var client = Client(server);

        var error = await Assert.ThrowsAsync<ResourceNotFoundException>(
            () => client.DescribeStreamSummaryAsync(new() { StreamName = "x" }, Token));

        Assert.Equal("Stream x under account 000000000000 not found.", error.Message);
        Assert.Equal("ResourceNotFoundException", error.ErrorCode);
        Assert.Equal(400, (int)error.StatusCode);
        Assert.IsType<AmazonKinesisException>(error, exactMatch: false);
        Assert.Single(server.Seen);
    }

    [Fact]
    public async Task Throws_the_service_exception_for_an_error_it_does_not_know()
    {
        await using var server = await HttpServer.StartAsync(_ => new(400, """{"__type":"com.amazon#Odd","Message":"no"}"""));
        using var client = Client(server);

        var error = await Assert.ThrowsAsync<AmazonKinesisException>(() => client.ListStreamsAsync(Token));

        Assert.Equal("Odd", error.ErrorCode);
        Assert.Equal("no", error.Message);
    }

    [Fact]
    public async Task Hands_on_which_records_failed()
    {
        await using var server = await HttpServer.StartAsync(_ => new(200, """
            {"FailedRecordCount":1,"Records":[
              {"ShardId":"shardId-000000000000","SequenceNumber":"1"},
              {"ErrorCode":"ProvisionedThroughputExceededException","ErrorMessage":"Rate exceeded"}]}
            """));
        using var client = Client(server);

        var answer = await client.PutRecordsAsync(
            new()
            {
                StreamARN = "arn:aws:kinesis:eu-west-1:000000000000:stream/readings",
                Records = [new() { PartitionKey = "a", Data = new([1]) }, new() { PartitionKey = "b", Data = new([2]) }],
            },
            Token);

        Assert.Equal(1, answer.FailedRecordCount);
        Assert.Equal([null, "ProvisionedThroughputExceededException"], answer.Records.Select(record => record.ErrorCode));
        Assert.Equal("1", answer.Records[0].SequenceNumber);
    }

    [Fact]
    public async Task A_blob_comes_back_as_it_was_put()
    {
        var data = Enumerable.Range(0, 256).Select(value => (byte)value).ToArray();
        var stored = "";
        await using var server = await HttpServer.StartAsync(exchange =>
        {
            if (exchange.Target.EndsWith("PutRecord", StringComparison.Ordinal))
            {
                stored = JsonNode.Parse(exchange.Text)!["Data"]!.GetValue<string>();
                return new(200, "{}");
            }

            return new(200, $$"""
                {"MillisBehindLatest":0,"NextShardIterator":null,"Unheard":{"of":[1,{}]},"Records":[{"SequenceNumber":"7","PartitionKey":"k",
                 "Data":"{{stored}}","ApproximateArrivalTimestamp":1545084650.987,"EncryptionType":"KMS"}]}
                """);
        });
        using var client = Client(server);

        await client.PutRecordAsync(new() { StreamName = "s", PartitionKey = "k", Data = new(data) }, Token);
        var answer = await client.GetRecordsAsync(new() { ShardIterator = "i", Limit = 10 }, Token);

        var record = Assert.Single(answer.Records);
        Assert.Equal(data, record.Data.ToArray());
        Assert.Equal(new DateTime(2018, 12, 17, 22, 10, 50, 987, DateTimeKind.Utc), record.ApproximateArrivalTimestamp);
        Assert.Equal(EncryptionType.KMS, record.EncryptionType);
        Assert.Null(answer.NextShardIterator);
        Assert.Equal(0, answer.MillisBehindLatest);
        Assert.Equal(10, JsonNode.Parse(server.Seen.Last().Text)!["Limit"]!.GetValue<int>());
    }

    [Fact]
    public async Task Operations_without_output_accept_an_empty_body()
    {
        await using var server = await HttpServer.StartAsync(_ => new(200));
        using var client = Client(server);

        await client.CreateStreamAsync(
            new()
            {
                StreamName = "s",
                StreamModeDetails = new() { StreamMode = StreamMode.ON_DEMAND },
                Tags = new() { ["team"] = "plant" },
            },
            Token);

        Assert.Equal(
            """{"StreamName":"s","StreamModeDetails":{"StreamMode":"ON_DEMAND"},"Tags":{"team":"plant"}}""",
            Assert.Single(server.Seen).Text);
    }

    [Fact]
    public async Task Pages_through_all_streams()
    {
        await using var server = await HttpServer.StartAsync(exchange => JsonNode.Parse(exchange.Text)!["NextToken"] is null
            ? new(200, """{"StreamNames":["a"],"HasMoreStreams":true,"NextToken":"t"}""")
            : new(200, """{"StreamNames":["b"],"HasMoreStreams":false}"""));
        using var client = Client(server);

        var names = await client.Paginators.ListStreams(new()).StreamNames.ToListAsync(Token);

        Assert.Equal(["a", "b"], names);
    }

    [Fact]
    public async Task Timestamps_are_sent_in_seconds()
    {
        await using var server = await HttpServer.StartAsync(_ => new(200, """{"ShardIterator":"i"}"""));
        using var client = Client(server);

        await client.GetShardIteratorAsync(
            new()
            {
                StreamName = "s",
                ShardId = "shardId-000000000000",
                ShardIteratorType = ShardIteratorType.AT_TIMESTAMP,
                Timestamp = new DateTime(2018, 12, 17, 22, 10, 50, DateTimeKind.Utc),
            },
            Token);

        Assert.Equal(1545084650, JsonNode.Parse(Assert.Single(server.Seen).Text)!["Timestamp"]!.GetValue<double>());
    }

    [Fact]
    public void Finds_the_endpoint_of_the_region()
    {
        using var client = new AmazonKinesisClient("AKID", "secret", Amazon.RegionEndpoint.EUWest1);

        Assert.StartsWith(
            "https://kinesis.eu-west-1.amazonaws.com",
            client.DetermineServiceOperationEndpoint(new ListStreamsRequest()).URL,
            StringComparison.Ordinal);
    }

    private static AmazonKinesisClient Client(HttpServer server) => new(
        new SessionAWSCredentials("AKID", Encoding.UTF8.GetString("secret"u8), "session"),
        new AmazonKinesisConfig { ServiceURL = server.Url.ToString(), AuthenticationRegion = "eu-west-1" });
}
