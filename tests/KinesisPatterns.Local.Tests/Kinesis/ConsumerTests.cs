using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using KinesisPatterns.Local.Kinesis;

namespace KinesisPatterns.Local.Tests.Kinesis;

[Rule("https://docs.aws.amazon.com/kinesis/latest/APIReference/API_SubscribeToShard.html")]
public sealed class ConsumerTests : IAsyncLifetime
{
    private readonly ManualTime _time = new();
    private TestServer _server = null!;
    private KinesisStream _stream = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync(new() { Time = _time });
        _stream = _server.Kinesis.CreateStream("orders", new() { Shards = 1 });
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task Gives_a_consumer_registered_again_another_ARN()
    {
        var first = await RegisterAsync();
        Assert.Equal("ResourceInUseException", (await _server.FailAsync("RegisterStreamConsumer", Request())).Code);
        Assert.Equal("ResourceInUseException", (await _server.FailAsync("DeleteStream", """{"StreamName":"orders"}""")).Code);
        await _server.CallAsync("DeregisterStreamConsumer", $$"""{"ConsumerARN":"{{first}}"}""");
        _time.Advance(TimeSpan.FromSeconds(1));

        var second = await RegisterAsync();

        Assert.Matches($"^{_stream.Arn}/consumer/fast:[0-9]+$", first);
        Assert.NotEqual(first, second);
        var described = await _server.CallAsync("DescribeStreamConsumer", $$"""{"StreamARN":"{{_stream.Arn}}","ConsumerName":"fast"}""");
        Assert.Equal(second, described.GetProperty("ConsumerDescription").GetProperty("ConsumerARN").GetString());
        Assert.Equal("ACTIVE", described.GetProperty("ConsumerDescription").GetProperty("ConsumerStatus").GetString());
        var listed = await _server.CallAsync("ListStreamConsumers", $$"""{"StreamARN":"{{_stream.Arn}}"}""");
        Assert.Single(listed.GetProperty("Consumers").EnumerateArray());
    }

    [Fact]
    public async Task Allows_twenty_consumers()
    {
        for (var i = 0; i < 20; i++)
        {
            await RegisterAsync("consumer" + i);
        }

        Assert.Equal(
            "LimitExceededException", (await _server.FailAsync("RegisterStreamConsumer", Request("one-more"))).Code);
    }

    [Fact]
    public async Task Pushes_records_as_they_come()
    {
        var arn = await RegisterAsync();
        Put("old");

        using var response = await SubscribeAsync(arn);
        await using var events = await response.Content.ReadAsStreamAsync(Stop);

        Assert.Equal("initial-response", (await ReadAsync(events)).Type);
        Assert.Equal(["old"], Data((await ReadAsync(events)).Payload));
        Put("new");
        var pushed = (await ReadAsync(events)).Payload;
        Assert.Equal(["new"], Data(pushed));
        Assert.Equal(pushed.GetProperty("Records")[0].GetProperty("SequenceNumber").GetString(),
            pushed.GetProperty("ContinuationSequenceNumber").GetString());
    }

    [Fact]
    public async Task Names_the_children_when_the_shard_ends()
    {
        var arn = await RegisterAsync();
        using var response = await SubscribeAsync(arn);
        await using var events = await response.Content.ReadAsStreamAsync(Stop);
        await ReadAsync(events);
        await ReadAsync(events);

        await _server.CallAsync("SplitShard", """{"StreamName":"orders","ShardToSplit":"shardId-000000000000","NewStartingHashKey":"1000"}""");

        Assert.Equal(2, (await ReadAsync(events)).Payload.GetProperty("ChildShards").GetArrayLength());
        Assert.Equal(0, await events.ReadAsync(new byte[1], Stop));
    }

    [Fact]
    public async Task Ends_after_five_minutes_without_an_error()
    {
        var arn = await RegisterAsync();
        using var response = await SubscribeAsync(arn);
        await using var events = await response.Content.ReadAsStreamAsync(Stop);
        await ReadAsync(events);
        await ReadAsync(events);

        _time.Advance(TimeSpan.FromMinutes(5));

        while (await TryReadAsync(events) is { } next)
        {
            Assert.NotEqual("ResourceInUseException", next.Type);
        }
    }

    [Fact]
    public async Task Lets_a_later_subscription_take_over_after_five_seconds()
    {
        var arn = await RegisterAsync();
        using var first = await SubscribeAsync(arn);
        await using var events = await first.Content.ReadAsStreamAsync(Stop);
        await ReadAsync(events);
        await ReadAsync(events);
        using var tooEarly = await SubscribeAsync(arn);
        Assert.Equal(400, (int)tooEarly.StatusCode);
        Assert.Contains(
            "ResourceInUseException", await tooEarly.Content.ReadAsStringAsync(Stop), StringComparison.Ordinal);

        _time.Advance(TimeSpan.FromSeconds(5));
        using var second = await SubscribeAsync(arn);

        Assert.Equal(200, (int)second.StatusCode);
        var type = "";
        while (type != "ResourceInUseException")
        {
            type = (await ReadAsync(events)).Type;
        }
    }

    [Rule("https://docs.aws.amazon.com/streams/latest/dev/enhanced-consumers.html")]
    [Fact]
    public async Task Pushes_two_MiB_a_second_and_leaves_the_throughput_of_the_shard_to_others()
    {
        var arn = await RegisterAsync();
        var written = 0;
        for (var second = 0; second < 4; second++, _time.Advance(TimeSpan.FromSeconds(1)))
        {
            written += Enumerable.Range(0, 4).Count(_ => !_stream.Put("key", new byte[250_000], null).IsThrottled);
        }

        using var response = await SubscribeAsync(arn);
        await using var events = await response.Content.ReadAsStreamAsync(Stop);
        await ReadAsync(events);
        var read = 0;
        while (read < 12)
        {
            read += Data((await ReadAsync(events)).Payload).Count();
        }

        // Two MiB are there at once, and what is above them is owed: the rest waits, though the shard itself could be read.
        var next = ReadAsync(events);
        await _time.TimersAsync(2, Stop);
        Assert.False(next.IsCompleted);
        Assert.Equal(written, (await _server.RecordsAsync(await _server.IteratorAsync("orders"))).GetProperty("Records").GetArrayLength());
        while (read < written)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            read += Data((await next).Payload).Count();
            next = ReadAsync(events);
        }

        Assert.Equal(16, written);
    }

    [Fact]
    public async Task Pushes_CBOR_to_who_asks_in_CBOR()
    {
        var arn = await RegisterAsync();
        Put("old");
        var cbor = new System.Formats.Cbor.CborWriter(System.Formats.Cbor.CborConformanceMode.Lax);
        cbor.WriteStartMap(3);
        cbor.WriteTextString("ConsumerARN");
        cbor.WriteTextString(arn);
        cbor.WriteTextString("ShardId");
        cbor.WriteTextString("shardId-000000000000");
        cbor.WriteTextString("StartingPosition");
        cbor.WriteStartMap(1);
        cbor.WriteTextString("Type");
        cbor.WriteTextString("TRIM_HORIZON");
        cbor.WriteEndMap();
        cbor.WriteEndMap();

        using var response = await _server.SendAsync("SubscribeToShard", cbor.Encode(), "application/x-amz-cbor-1.1");
        await using var events = await response.Content.ReadAsStreamAsync(Stop);
        await ReadFrameAsync(events);
        var (headers, payload) = (await ReadFrameAsync(events))!.Value;

        Assert.Equal("application/x-amz-cbor-1.1", headers[":content-type"]);
        using var json = CborJson.ToJson(payload);
        Assert.Equal(["old"], Data(JsonDocument.Parse(json.Written).RootElement));
    }

    private void Put(string data) => _stream.Put("key", Encoding.UTF8.GetBytes(data));

    private string Request(string name = "fast") => $$"""{"StreamARN":"{{_stream.Arn}}","ConsumerName":"{{name}}"}""";

    private async Task<string> RegisterAsync(string name = "fast") =>
        (await _server.CallAsync("RegisterStreamConsumer", Request(name))).GetProperty("Consumer").GetProperty("ConsumerARN").GetString()!;

    private Task<HttpResponseMessage> SubscribeAsync(string arn) =>
        _server.SendAsync("SubscribeToShard", Encoding.UTF8.GetBytes(
        $$$"""{"ConsumerARN":"{{{arn}}}","ShardId":"shardId-000000000000","StartingPosition":{"Type":"TRIM_HORIZON"}}"""),
        "application/x-amz-json-1.1");

    private static async Task<(string Type, JsonElement Payload)> ReadAsync(Stream events) =>
        await TryReadAsync(events) ?? throw new EndOfStreamException();

    private static async Task<(string Type, JsonElement Payload)?> TryReadAsync(Stream events) => await ReadFrameAsync(events) is var (headers, payload)
        ? (headers.GetValueOrDefault(":event-type") ?? headers[":exception-type"], JsonDocument.Parse(payload).RootElement)
        : null;

    private static async Task<(Dictionary<string, string> Headers, ReadOnlyMemory<byte> Payload)?> ReadFrameAsync(Stream events)
    {
        var prelude = new byte[12];
        if (await events.ReadAtLeastAsync(prelude, 12, throwOnEndOfStream: false, Stop) < 12)
        {
            return null;
        }

        var frame = new byte[BinaryPrimitives.ReadInt32BigEndian(prelude)];
        prelude.CopyTo(frame, 0);
        await events.ReadExactlyAsync(frame.AsMemory(12), Stop);
        Assert.Equal(Crc32.Of(frame.AsSpan(0, 8)), BinaryPrimitives.ReadUInt32BigEndian(frame.AsSpan(8)));
        Assert.Equal(
            Crc32.Of(frame.AsSpan(0, frame.Length - 4)), BinaryPrimitives.ReadUInt32BigEndian(
                frame.AsSpan(frame.Length - 4)));
        var headerBytes = BinaryPrimitives.ReadInt32BigEndian(frame.AsSpan(4));
        var headers = new Dictionary<string, string>();
        for (var at = 12; at < 12 + headerBytes;)
        {
            var name = Encoding.UTF8.GetString(frame, at + 1, frame[at]);
            at += 1 + frame[at];
            Assert.Equal(7, frame[at]);
            var length = BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(at + 1));
            headers[name] = Encoding.UTF8.GetString(frame, at + 3, length);
            at += 3 + length;
        }

        return (headers, frame.AsMemory(12 + headerBytes, frame.Length - 16 - headerBytes));
    }

    private static IEnumerable<string> Data(JsonElement answer) => answer.GetProperty("Records").EnumerateArray()
        .Select(record => Encoding.UTF8.GetString(record.GetProperty("Data").GetBytesFromBase64()));
}
