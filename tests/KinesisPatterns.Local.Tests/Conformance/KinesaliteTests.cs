using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using KinesisPatterns.Local.Tests.Kinesis;

namespace KinesisPatterns.Local.Tests.Conformance;

/// <summary>
/// The same calls to kinesalite, which was written against the real service, and to the local Kinesis get the same answers.
/// </summary>
/// <remarks>
/// What differs on purpose, because AWS's documents go further than kinesalite does:
/// members that it does not know are not compared (StreamModeDetails, ChildShards, StreamSummaries, …);
/// sequence numbers are compared by the record they stand for, and times and iterators not at all;
/// texts of errors are not compared, their codes are;
/// kinesalite has no quotas, so they are off, and streams change at once on both sides;
/// at the end of a closed shard kinesalite still gives an iterator, AWS gives none (API_GetRecords), so NextShardIterator is not compared;
/// MillisBehindLatest is always 0 in kinesalite, and it does not look at Limit of DescribeStream nor at MaxResults of ListShards.
/// </remarks>
[Rule("https://docs.aws.amazon.com/kinesis/latest/APIReference/API_Operations.html")]
public sealed class KinesaliteTests : IAsyncLifetime
{
    private const int Runs = 15;
    private const int BytesPerStep = 4;

    private static readonly string[] _streams = ["a", "b"];

    private static readonly string[] _ignored =
    [
        "StreamCreationTimestamp", "ApproximateArrivalTimestamp", "SequenceNumberRange", "ShardIterator", "NextShardIterator", "MillisBehindLatest", "message",
    ];

    private TestServer _server = null!;
    private Kinesalite? _other;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync(new() { EnforceQuotas = false });

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        if (_other is not null)
        {
            await _other.DisposeAsync();
        }
    }

    [Fact]
    public async Task Random_calls_get_the_same_answers()
    {
        _other = await Kinesalite.StartAsync(Stop);
        using var ours = new KinesisSide(_server.Http.BaseAddress!);
        using var theirs = new KinesisSide(_other.Address);

        // Every four bytes are a call; shorter lists are tried first and after a failure.
        await Task.Run(() => Check.One(
            Config.QuickThrowOnFailure.WithMaxTest(Runs).WithEndSize(200),
            Prop.ForAll<byte[]>(bytes => RunAsync(bytes, ours, theirs).GetAwaiter().GetResult())), Stop);
    }

    private static async Task RunAsync(byte[] bytes, KinesisSide ours, KinesisSide theirs)
    {
        foreach (var side in (KinesisSide[])[ours, theirs])
        {
            foreach (var stream in _streams)
            {
                await side.CallAsync("DeleteStream", new() { ["StreamName"] = stream });
                await SettledAsync(side, stream);
            }
        }

        await BothAsync("CreateStream", side => new() { ["StreamName"] = "a", ["ShardCount"] = 2 }, ours, theirs);
        foreach (var step in bytes.Chunk(BytesPerStep).Where(step => step.Length == BytesPerStep))
        {
            await StepAsync(step, ours, theirs);
        }
    }

    private static Task StepAsync(byte[] step, KinesisSide ours, KinesisSide theirs)
    {
        var stream = step[1] % 5 == 0 ? "b" : "a";
        var shard = $"shardId-{(step[2] % 6).ToString("D12", CultureInfo.InvariantCulture)}";
        var key = $"key {step[3]}";
        return (step[0] % 17) switch
        {
            0 => BothAsync("CreateStream", _ => new() { ["StreamName"] = stream, ["ShardCount"] = step[2] % 4 }, ours, theirs),
            1 => step[2] % 4 == 0
                ? BothAsync("DeleteStream", _ => Of(stream), ours, theirs)
                : BothAsync("DescribeStream", _ => Of(stream), ours, theirs),
            2 => BothAsync("DescribeStreamSummary", _ => Of(stream), ours, theirs),
            3 => BothAsync("ListStreams", _ => new() { ["Limit"] = 1 + (step[2] % 3), ["ExclusiveStartStreamName"] = step[3] % 2 == 0 ? null : "a" }, ours, theirs),
            4 or 5 => BothAsync("PutRecord", _ => Record(stream, step), ours, theirs),
            6 or 7 => BothAsync("PutRecords", _ => new()
            {
                ["StreamName"] = stream,
                ["Records"] = new JsonArray([.. Enumerable.Range(0, step[2] % 5).Select(i => (JsonNode)Record(null, [step[0], step[1], (byte)(step[2] + i), (byte)(step[3] * i)]))]),
            }, ours, theirs),
            8 => BothAsync("SplitShard", _ => new()
            {
                ["StreamName"] = stream,
                ["ShardToSplit"] = shard,
                ["NewStartingHashKey"] = Text(step[3] % 3 == 0 ? step[3] : (UInt128)step[3] << 120),
            }, ours, theirs),
            9 => BothAsync("MergeShards", _ => new()
            {
                ["StreamName"] = stream,
                ["ShardToMerge"] = shard,
                ["AdjacentShardToMerge"] = $"shardId-{(step[3] % 6).ToString("D12", CultureInfo.InvariantCulture)}",
            }, ours, theirs),
            10 => BothAsync("IncreaseStreamRetentionPeriod", _ => new() { ["StreamName"] = stream, ["RetentionPeriodHours"] = 20 + step[3] % 60 }, ours, theirs),
            11 => BothAsync("DecreaseStreamRetentionPeriod", _ => new() { ["StreamName"] = stream, ["RetentionPeriodHours"] = 20 + step[3] % 60 }, ours, theirs),
            12 => BothAsync("AddTagsToStream", _ => new() { ["StreamName"] = stream, ["Tags"] = new JsonObject { [key] = "x" } }, ours, theirs),
            13 => step[2] % 2 == 0
                ? BothAsync("RemoveTagsFromStream", _ => new() { ["StreamName"] = stream, ["TagKeys"] = new JsonArray(key) }, ours, theirs)
                : BothAsync("ListTagsForStream", _ => new() { ["StreamName"] = stream, ["Limit"] = 1 + step[3] % 5 }, ours, theirs),
            14 => BothAsync("ListShards", _ => new() { ["StreamName"] = stream, ["ExclusiveStartShardId"] = step[3] % 2 == 0 ? null : shard }, ours, theirs),
            _ => ReadAsync(stream, shard, step, ours, theirs),
        };
    }

    private static async Task ReadAsync(string stream, string shard, byte[] step, KinesisSide ours, KinesisSide theirs)
    {
        var iterators = await BothAsync("GetShardIterator", side => Position(side, stream, shard, step), ours, theirs);
        if (iterators is var (one, other) && one["ShardIterator"] is not null)
        {
            await BothAsync("GetRecords", side => new()
            {
                ["ShardIterator"] = (string?)(side == ours ? one : other)["ShardIterator"],
                ["Limit"] = 1 + step[3] % 20,
            }, ours, theirs, stream);
        }
    }

    private static JsonObject Position(KinesisSide side, string stream, string shard, byte[] step)
    {
        var request = new JsonObject { ["StreamName"] = stream, ["ShardId"] = shard };
        var numbers = side.Numbers(stream);
        var number = numbers.Count == 0 ? "17" : numbers[step[1] % numbers.Count];
        switch (step[0] / 17 % 5)
        {
            case 0:
                request["ShardIteratorType"] = "LATEST";
                break;
            case 1:
                (request["ShardIteratorType"], request["StartingSequenceNumber"]) = ("AT_SEQUENCE_NUMBER", number);
                break;
            case 2:
                (request["ShardIteratorType"], request["StartingSequenceNumber"]) = ("AFTER_SEQUENCE_NUMBER", number);
                break;
            default:
                request["ShardIteratorType"] = "TRIM_HORIZON";
                break;
        }

        return request;
    }

    private static JsonObject Record(string? stream, byte[] step)
    {
        var record = new JsonObject { ["Data"] = Convert.ToBase64String([.. Enumerable.Repeat(step[2], step[3] % 40)]), ["PartitionKey"] = $"k{step[2]}" };
        if (step[3] % 4 == 0)
        {
            record["ExplicitHashKey"] = step[3] == 200 ? "340282366920938463463374607431768211456" : Text((UInt128)step[2] << 120);
        }

        if (stream is not null)
        {
            record["StreamName"] = stream;
        }

        return record;
    }

    private static async Task<(JsonObject Ours, JsonObject Theirs)?> BothAsync(
        string operation, Func<KinesisSide, JsonObject> request, KinesisSide ours, KinesisSide theirs, string? stream = null)
    {
        var (our, their) = (request(ours), request(theirs));
        stream ??= (string?)our["StreamName"] ?? "";
        var one = await ours.CallAsync(operation, our);
        var other = await theirs.CallAsync(operation, their);
        ours.Note(operation, stream, one.Body);
        theirs.Note(operation, stream, other.Body);
        var what = $"{operation} {our.ToJsonString()}\nours:       {one.Status} {one.Body.ToJsonString()}\nkinesalite: {other.Status} {other.Body.ToJsonString()}";
        Assert.True(one.Status == other.Status, what);
        Compare(one.Body, other.Body, (ours.Numbers(stream), theirs.Numbers(stream)), what);
        if (stream.Length > 0)
        {
            await SettledAsync(theirs, stream);
        }

        return one.Status == 200 ? (one.Body, other.Body) : null;
    }

    // Every member that kinesalite answers has to be there with the same value.
    private static void Compare(JsonNode? one, JsonNode? other, (List<string> Ours, List<string> Theirs) numbers, string what)
    {
        switch (other)
        {
            case JsonObject structure:
                foreach (var (name, value) in structure.Where(member => !_ignored.Contains(member.Key)))
                {
                    if (name == "SequenceNumber")
                    {
                        Assert.True(numbers.Ours.IndexOf((string)one![name]!) == numbers.Theirs.IndexOf((string)value!), what);
                    }
                    else
                    {
                        Compare((one as JsonObject)?[name], value, numbers, what);
                    }
                }

                break;
            case JsonArray list:
                Assert.True((one as JsonArray)?.Count == list.Count, what);
                for (var i = 0; i < list.Count; i++)
                {
                    Compare(one![i], list[i], numbers, what);
                }

                break;
            default:
                Assert.True(JsonElement.DeepEquals(AsElement(one), AsElement(other)), what);
                break;
        }
    }

    private static JsonElement AsElement(JsonNode? node) => JsonSerializer.SerializeToElement(node);

    private static async Task SettledAsync(KinesisSide side, string stream)
    {
        while (await side.CallAsync("DescribeStreamSummary", Of(stream)) is (200, var body)
            && (string?)body["StreamDescriptionSummary"]!["StreamStatus"] != "ACTIVE")
        {
            await Task.Delay(1);
        }
    }

    private static JsonObject Of(string stream) => new() { ["StreamName"] = stream };

    private static string Text(UInt128 number) => number.ToString(CultureInfo.InvariantCulture);
}
