using System.Globalization;
using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Amazon.Kinesis.Model;
using KinesisPatterns.Local.EventBridge;
using KinesisPatterns.Local.Feed;

namespace KinesisPatterns.EndToEnd.Tests;

/// <summary>From PutRecords to the end of each reading, through the published functions, with AWS's own clients.</summary>
public sealed class TimeSeriesTests(Blueprint blueprint)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _device = $"device-{Guid.NewGuid():N}";
    private readonly DateTimeOffset _now = DateTimeOffset.FromUnixTimeMilliseconds(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_reading_is_stored_as_a_series_and_answered_by_the_api()
    {
        await PutAsync(Reading(20, 2), Reading(22, 1), Reading(24, 0));

        var latest = await EventuallyAsync(async () => await GetAsync($"devices/{_device}/metrics/temperature/latest") is { } body && (int)body["count"]! == 3 ? body : null);

        Assert.Equal(24, (double)latest["value"]!);
        Assert.Equal(22, (double)latest["mean"]!);
        Assert.Equal((20, 24), ((double)latest["minimum"]!, (double)latest["maximum"]!));
        Assert.Equal(2, (double)latest["rate"]!, 3);
        Assert.True(Stored(_now));
    }

    [Fact]
    public async Task Readings_and_aggregates_come_in_pages()
    {
        await PutAsync([.. Enumerable.Range(0, 5).Select(i => Reading(20 + i, 4 - i))]);
        await EventuallyAsync(async () => await GetAsync($"devices/{_device}/metrics/temperature/latest") is { } body && (int)body["count"]! == 5 ? body : null);

        var first = await GetAsync($"devices/{_device}/metrics/temperature/readings?limit=3");
        var second = await GetAsync($"devices/{_device}/metrics/temperature/readings?limit=3&next={first!["next"]}&from={first["from"]}&to={first["to"]}");
        var aggregates = await GetAsync($"devices/{_device}/metrics/temperature/aggregates");

        Assert.Equal([20, 21, 22, 23, 24], first["readings"]!.AsArray().Concat(second!["readings"]!.AsArray()).Select(r => (double)r!["value"]!));
        Assert.Null(second["next"]);
        Assert.Equal(5, aggregates!["aggregates"]!.AsArray().Sum(a => (int)a!["count"]!));
    }

    [Fact]
    public async Task The_latest_value_is_an_item_of_the_table()
    {
        await PutAsync(Reading(21.5, 0));

        var item = await EventuallyAsync(async () =>
        {
            var got = await blueprint.DynamoDb.GetItemAsync(
                blueprint.Host.Outputs["SeriesTableName"], new() { ["device"] = new(_device), ["item"] = new("latest#temperature") }, Cancellation);
            return got.Item is { Count: > 0 } found ? found : null;
        });

        Assert.Equal("21.5", item["value"].N);
    }

    [Fact]
    public async Task A_fahrenheit_reading_is_stored_in_celsius()
    {
        await PutAsync(Json("""{"device":"$","metric":"temperature","time":"$time","value":212,"unit":"fahrenheit"}"""));

        var latest = await EventuallyAsync(() => GetAsync($"devices/{_device}/metrics/temperature/latest"));

        Assert.Equal(100, (double)latest["value"]!, 6);
    }

    [Theory]
    [InlineData("malformed", """{"device":"$","metric":"temperature","time""")]
    [InlineData("malformed", "")]
    [InlineData("out-of-range", """{"device":"$","metric":"temperature","time":"$time","value":4000}""")]
    [InlineData("unknown-unit", """{"device":"$","metric":"temperature","time":"$time","value":1,"unit":"furlong"}""")]
    [InlineData("late", """{"device":"$","metric":"temperature","time":"$3daysAgo","value":1}""")]
    [InlineData("ahead", """{"device":"$","metric":"temperature","time":"$in3days","value":1}""")]
    public async Task A_bad_reading_comes_out_with_its_reason_and_its_payload(string reason, string payload)
    {
        var data = Json(payload);
        var put = await PutAsync(data);

        var rejected = await EventuallyAsync(() => RejectedAsync(put.Records[0].SequenceNumber));

        Assert.Equal(reason, (string?)rejected["reason"]);
        Assert.Equal(Encoding.UTF8.GetString(data), (string?)rejected["payload"]);
        Assert.NotEmpty((string)rejected["detail"]!);
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_kept_as_base64()
    {
        byte[] data = [0xff, 0x00, 0x13];
        var put = await PutAsync(data);

        var rejected = await EventuallyAsync(() => RejectedAsync(put.Records[0].SequenceNumber));

        Assert.Equal(("base64", Convert.ToBase64String(data)), ((string?)rejected["encoding"], (string?)rejected["payload"]));
    }

    [Fact]
    public async Task A_repeated_reading_is_rejected_and_the_first_one_stays()
    {
        await PutAsync(Reading(20, 0));
        await EventuallyAsync(() => GetAsync($"devices/{_device}/metrics/temperature/latest"));
        var again = await PutAsync(Reading(99, 0));

        var rejected = await EventuallyAsync(() => RejectedAsync(again.Records[0].SequenceNumber));

        Assert.Equal("duplicate", (string?)rejected["reason"]);
        Assert.Equal(20, (double)(await GetAsync($"devices/{_device}/metrics/temperature/latest"))!["value"]!);
    }

    [Fact]
    public async Task The_readings_inside_a_kpl_record_are_stored_one_by_one()
    {
        await PutAsync(KplAggregate.Of(_device, [Reading(1, 3), Reading(2, 2), "broken"u8.ToArray(), Reading(3, 1)]));

        var latest = await EventuallyAsync(async () => await GetAsync($"devices/{_device}/metrics/temperature/latest") is { } body && (int)body["count"]! == 3 ? body : null);

        Assert.Equal(3, (double)latest["value"]!);
    }

    [Fact]
    public async Task Raw_readings_are_archived_compressed_a_line_each()
    {
        await PutAsync(Reading(20, 0));
        await EventuallyAsync(() => GetAsync($"devices/{_device}/metrics/temperature/latest"));
        await EventuallyAsync(() => Task.FromResult(blueprint.Host.IsIdle ? "idle" : null));
        await blueprint.Host.Services.Firehose.FlushAsync(Cancellation);

        var lines = await ArchivedAsync("readings/");

        Assert.Contains(Encoding.UTF8.GetString(Reading(20, 0)), lines);
    }

    [Fact]
    public async Task An_anomaly_is_scored_stored_and_told_to_the_topic()
    {
        const int Usual = 300;
        byte[] Usually(int index) => Reading(20 + Math.Sin(index / 9.0) + (index * 7_919 % 101 / 200.0), Usual - index + 2);
        await PutAsync([.. Enumerable.Range(0, Usual).Select(Usually)]);
        await EventuallyAsync(async () => await GetAsync($"devices/{_device}/metrics/temperature/latest") is { } body && body["time"]!.GetValue<string>() == Iso(_now.AddSeconds(-3)) ? body : null);
        Assert.DoesNotContain(Told(), message => message.Event.GetProperty("detail").GetProperty("device").GetString() == _device);

        await PutAsync(Reading(95, 1));

        var message = await EventuallyAsync(() => Task.FromResult(Told().FirstOrDefault(m => m.Event.GetProperty("detail").GetProperty("device").GetString() == _device)));
        Assert.EndsWith($"anomaly: {_device}/temperature/{_now.AddSeconds(-1).ToUnixTimeMilliseconds()})", message.Text, StringComparison.Ordinal);
        Assert.StartsWith($"temperature of {_device} is unusual at {Iso(_now.AddSeconds(-1))}: 95, expected ", message.Text, StringComparison.Ordinal);
        var latest = await EventuallyAsync(async () => await GetAsync($"devices/{_device}/metrics/temperature/latest") is { } body && (double)body["value"]! == 95 ? body : null);
        Assert.InRange((double)latest["score"]!, 0.99, 1);
        Assert.Contains(
            blueprint.Host.Services.Influx.Values.Single().Store.With("anomalies:detected", "device", _device),
            series => series.Contains(_now.AddSeconds(-1).ToUnixTimeMilliseconds() * 1_000_000));
    }

    [Theory]
    [InlineData("devices/m1/metrics/temperature/readings?limit=0", HttpStatusCode.BadRequest)]
    [InlineData("devices/m1/metrics/temperature/readings?from=yesterday", HttpStatusCode.BadRequest)]
    [InlineData("devices/m1/metrics/temperature/readings?next=forged", HttpStatusCode.BadRequest)]
    [InlineData("devices/m1/metrics/temperature/aggregates?period=61", HttpStatusCode.BadRequest)]
    [InlineData("devices/nobody/metrics/temperature/latest", HttpStatusCode.NotFound)]
    public async Task The_api_says_what_is_wrong_with_a_request(string path, HttpStatusCode expected)
    {
        var answer = await blueprint.Api.GetAsync(path, Cancellation);

        Assert.Equal(expected, answer.StatusCode);
        Assert.NotEmpty((string)JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancellation))!["message"]!);
    }

    private byte[] Reading(double value, int secondsAgo) => Encoding.UTF8.GetBytes(string.Create(
        CultureInfo.InvariantCulture, $$"""{"device":"{{_device}}","metric":"temperature","time":"{{Iso(_now.AddSeconds(-secondsAgo))}}","value":{{value}}}"""));

    private byte[] Json(string template) => Encoding.UTF8.GetBytes(template
        .Replace("$time", Iso(_now), StringComparison.Ordinal)
        .Replace("$3daysAgo", Iso(_now.AddDays(-3)), StringComparison.Ordinal)
        .Replace("$in3days", Iso(_now.AddDays(3)), StringComparison.Ordinal)
        .Replace("$", _device, StringComparison.Ordinal));

    private static string Iso(DateTimeOffset time) => ReadingJson.Iso(time.ToUnixTimeMilliseconds());

    private IReadOnlyCollection<SentMessage> Told() => blueprint.Host.Services.Events.Sent;

    private bool Stored(DateTimeOffset time) => blueprint.Host.Services.Influx.Values.Single().Store
        .With("temperature", "device", _device).Any(s => s.Contains(time.ToUnixTimeMilliseconds() * 1_000_000));

    private Task<PutRecordsResponse> PutAsync(params byte[][] records) => blueprint.PutAsync(_device, records);

    private async Task<JsonNode?> GetAsync(string path)
    {
        var answer = await blueprint.Api.GetAsync(path, Cancellation);
        return answer.IsSuccessStatusCode ? JsonNode.Parse(await answer.Content.ReadAsStringAsync(Cancellation)) : null;
    }

    private async Task<JsonNode?> RejectedAsync(string sequenceNumber)
    {
        var stream = blueprint.Host.Outputs["RejectedStreamName"];
        var shards = await blueprint.Kinesis.ListShardsAsync(new() { StreamName = stream }, Cancellation);
        foreach (var shard in shards.Shards)
        {
            var iterator = await blueprint.Kinesis.GetShardIteratorAsync(
                new() { StreamName = stream, ShardId = shard.ShardId, ShardIteratorType = Amazon.Kinesis.ShardIteratorType.TRIM_HORIZON }, Cancellation);
            var read = await blueprint.Kinesis.GetRecordsAsync(new() { ShardIterator = iterator.ShardIterator }, Cancellation);
            if ((read.Records ?? []).Select(r => JsonNode.Parse(r.Data.ToArray())!).FirstOrDefault(r => (string?)r["sequenceNumber"] == sequenceNumber) is { } found)
            {
                return found;
            }
        }

        return null;
    }

    private async Task<List<string>> ArchivedAsync(string prefix)
    {
        var bucket = blueprint.Host.Outputs["ArchiveBucketName"];
        var lines = new List<string>();
        foreach (var entry in (await blueprint.S3.ListObjectsV2Async(new() { BucketName = bucket, Prefix = prefix }, Cancellation)).S3Objects ?? [])
        {
            using var got = await blueprint.S3.GetObjectAsync(bucket, entry.Key, Cancellation);
            await using var unpacked = new GZipStream(got.ResponseStream, CompressionMode.Decompress);
            lines.AddRange((await new StreamReader(unpacked).ReadToEndAsync(Cancellation)).Split('\n'));
        }

        return lines;
    }

    private async Task<T> EventuallyAsync<T>(Func<Task<T?>> look) where T : class
    {
        for (var started = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(started) < Patience;)
        {
            if (await look() is { } found)
            {
                return found;
            }

            await Task.Delay(200, Cancellation);
        }

        throw new TimeoutException($"What was waited for did not come. The functions wrote:\n{blueprint.Log}");
    }
}
