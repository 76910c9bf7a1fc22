using System.Formats.Cbor;

namespace KinesisPatterns.Local.Tests.Kinesis;

[Rule("https://github.com/aws/aws-sdk-java-v2/issues/4661")]
// Timestamps are whole milliseconds under tag 1.
public sealed class CborTests : IAsyncLifetime
{
    private readonly ManualTime _time = new();
    private TestServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync(new() { Time = _time });
        _server.Kinesis.CreateStream("orders", new() { Shards = 1 });
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Takes_and_returns_raw_bytes(bool indefinite)
    {
        await CallAsync("PutRecords", cbor =>
        {
            cbor.WriteStartMap(indefinite ? null : 2);
            cbor.WriteTextString("StreamName");
            cbor.WriteTextString("orders");
            cbor.WriteTextString("Records");
            cbor.WriteStartArray(indefinite ? null : 1);
            cbor.WriteStartMap(indefinite ? null : 2);
            cbor.WriteTextString("Data");
            cbor.WriteByteString([0, 255, 1]);
            cbor.WriteTextString("PartitionKey");
            cbor.WriteTextString("schlüssel");
            cbor.WriteEndMap();
            cbor.WriteEndArray();
            cbor.WriteEndMap();
        });
        var iterator = await _server.IteratorAsync("orders");

        var answer = await CallAsync("GetRecords", cbor => Map(cbor, ("ShardIterator", iterator)));

        var record = (Dictionary<string, object?>)((List<object?>)answer["Records"]!)[0]!;
        Assert.Equal([0, 255, 1], (byte[])record["Data"]!);
        Assert.Equal("schlüssel", record["PartitionKey"]);
        Assert.Equal(
            (CborTag.UnixTimeSeconds, _time.GetUtcNow().ToUnixTimeMilliseconds()), record["ApproximateArrivalTimestamp"]);
        Assert.Equal(0L, answer["MillisBehindLatest"]);
        Assert.IsType<string>(answer["NextShardIterator"]);
    }

    [Fact]
    public async Task Reads_timestamps_as_milliseconds_and_writes_them_so()
    {
        var stream = _server.Kinesis.TryGet("orders")!;
        stream.Put("x", "old"u8);
        _time.Advance(TimeSpan.FromSeconds(10));
        stream.Put("x", "new"u8);

        var start = await CallAsync("GetShardIterator", cbor =>
        {
            cbor.WriteStartMap(null);
            Text(cbor, "StreamName", "orders");
            Text(cbor, "ShardId", "shardId-000000000000");
            Text(cbor, "ShardIteratorType", "AT_TIMESTAMP");
            cbor.WriteTextString("Timestamp");
            cbor.WriteTag(CborTag.UnixTimeSeconds);
            cbor.WriteInt64(_time.GetUtcNow().ToUnixTimeMilliseconds() - 5000);
            cbor.WriteEndMap();
        });
        var read = await CallAsync("GetRecords", cbor => Map(cbor, ("ShardIterator", (string)start["ShardIterator"]!)));
        var summary = await CallAsync("DescribeStreamSummary", cbor => Map(cbor, ("StreamName", "orders")));

        var record = (Dictionary<string, object?>)Assert.Single((List<object?>)read["Records"]!)!;
        Assert.Equal("new"u8.ToArray(), (byte[])record["Data"]!);
        var created = ((Dictionary<string, object?>)summary["StreamDescriptionSummary"]!)["StreamCreationTimestamp"];
        Assert.Equal((CborTag.UnixTimeSeconds, stream.CreatedAt.ToUnixTimeMilliseconds()), created);
    }

    [Fact]
    public async Task Names_the_children_of_a_closed_shard()
    {
        await _server.CallAsync("SplitShard", """{"StreamName":"orders","ShardToSplit":"shardId-000000000000","NewStartingHashKey":"1000"}""");
        var iterator = await _server.IteratorAsync("orders");

        var answer = await CallAsync("GetRecords", cbor => Map(cbor, ("ShardIterator", iterator)));

        Assert.Equal(2, ((List<object?>)answer["ChildShards"]!).Count);
        Assert.False(answer.ContainsKey("NextShardIterator"));
    }

    [Fact]
    public async Task Answers_errors_in_CBOR()
    {
        var answer = await CallAsync("DescribeStream", cbor => Map(cbor, ("StreamName", "none")), status: 400);

        Assert.Equal("ResourceNotFoundException", answer["__type"]);
    }

    [Fact]
    public async Task Refuses_what_is_no_CBOR()
    {
        using var response = await _server.SendAsync("ListStreams", [0xFF, 0x00], "application/x-amz-cbor-1.1");

        Assert.Equal(400, (int)response.StatusCode);
    }

    private async Task<Dictionary<string, object?>> CallAsync(
        string operation, Action<CborWriter> write, int status = 200)
    {
        var cbor = new CborWriter();
        write(cbor);
        using var response = await _server.SendAsync(operation, cbor.Encode(), "application/x-amz-cbor-1.1");
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal("application/x-amz-cbor-1.1", response.Content.Headers.ContentType!.MediaType);
        return (Dictionary<string, object?>)Read(new CborReader(await response.Content.ReadAsByteArrayAsync()))!;
    }

    private static void Map(CborWriter cbor, (string Name, string Value) member)
    {
        cbor.WriteStartMap(1);
        Text(cbor, member.Name, member.Value);
        cbor.WriteEndMap();
    }

    private static void Text(CborWriter cbor, string name, string value)
    {
        cbor.WriteTextString(name);
        cbor.WriteTextString(value);
    }

    private static object? Read(CborReader cbor)
    {
        switch (cbor.PeekState())
        {
            case CborReaderState.StartMap:
                var map = new Dictionary<string, object?>();
                cbor.ReadStartMap();
                while (cbor.PeekState() != CborReaderState.EndMap)
                {
                    map[cbor.ReadTextString()] = Read(cbor);
                }

                cbor.ReadEndMap();
                return map;
            case CborReaderState.StartArray:
                var list = new List<object?>();
                cbor.ReadStartArray();
                while (cbor.PeekState() != CborReaderState.EndArray)
                {
                    list.Add(Read(cbor));
                }

                cbor.ReadEndArray();
                return list;
            case CborReaderState.Tag:
                return (cbor.ReadTag(), cbor.ReadInt64());
            case CborReaderState.ByteString:
                return cbor.ReadByteString();
            case CborReaderState.TextString:
                return cbor.ReadTextString();
            case CborReaderState.Boolean:
                return cbor.ReadBoolean();
            case CborReaderState.Null:
                cbor.ReadNull();
                return null;
            default:
                return cbor.ReadInt64();
        }
    }
}
