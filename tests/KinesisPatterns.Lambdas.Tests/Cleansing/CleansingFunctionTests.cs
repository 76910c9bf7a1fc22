using System.Text;
using System.Text.Json.Nodes;
using KinesisPatterns.Lambdas.Cleansing;
using KinesisPatterns.Lambdas.Streams;
using KinesisPatterns.Lambdas.Tests.Streams;

namespace KinesisPatterns.Lambdas.Tests.Cleansing;

public sealed class CleansingFunctionTests : IDisposable
{
    private const string Rules = """
        {
          "metrics": {
            "temperature": { "minimum": -40, "maximum": 125, "unit": "celsius",
              "conversions": { "fahrenheit": { "factor": 0.5555555555555556, "offset": -17.77777777777778 } } },
            "load": { "minimum": 0 }
          },
          "devices": { "machine-1": { "site": "hall-1", "model": "x2" } },
          "acceptUnknownMetrics": false, "acceptUnknownDevices": true,
          "maximumLatenessSeconds": 86400, "maximumAheadSeconds": 300, "duplicateWindowSeconds": 3600
        }
        """;

    private readonly TestStream _cleansed = new();
    private readonly TestStream _rejected = new();
    private readonly MemoryStream _log = new();
    private readonly List<Exception> _errors = [];
    private readonly CleansingFunction _function;

    public CleansingFunctionTests() => _function = Function(Rules);

    public void Dispose() => _log.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Enriches_a_reading_and_puts_it_under_its_device()
    {
        Assert.Null(await HandleAsync(Events.Of(Events.Reading())));

        var (key, text) = Assert.Single(_cleansed.Records);
        Assert.Equal("machine-1", key);
        Assert.Equal(
            """{"device":"machine-1","metric":"temperature","time":"2026-11-22T19:28:00.123Z","value":73.9,"unit":"celsius","tags":{"site":"hall-1","model":"x2"}}""",
            text);
        Assert.Empty(_rejected.Records);
    }

    [Fact]
    public async Task Converts_to_the_metrics_own_unit_before_the_range_is_checked()
    {
        await HandleAsync(Events.Of(Events.Reading(device: "m-2", value: "212", unit: "fahrenheit")));

        var reading = JsonNode.Parse(Assert.Single(_cleansed.Records).Text)!;
        Assert.Equal(100, reading["value"]!.GetValue<double>(), 9);
        Assert.Equal("celsius", reading["unit"]!.GetValue<string>());
        Assert.Null(reading["tags"]);
    }

    [Fact]
    public async Task Leaves_out_a_unit_that_there_is_not()
    {
        await HandleAsync(Events.Of(Events.Reading(device: "m-2", metric: "load", value: "1e0", unit: null)));

        Assert.Equal(
            """{"device":"m-2","metric":"load","time":"2026-11-22T19:28:00.123Z","value":1}""",
            Assert.Single(_cleansed.Records).Text);
    }

    [Theory]
    [InlineData("")]
    [InlineData("nonsense")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"device":"m","metric":"temperature","time":1795375680123}""")]
    [InlineData("""{"device":"m","metric":"temperature","value":1}""")]
    [InlineData("""{"device":"m","time":1795375680123,"value":1}""")]
    [InlineData("""{"metric":"temperature","time":1795375680123,"value":1}""")]
    [InlineData("""{"device":"","metric":"temperature","time":1795375680123,"value":1}""")]
    [InlineData("""{"device":"a/b","metric":"temperature","time":1795375680123,"value":1}""")]
    [InlineData("""{"device":"ä","metric":"temperature","time":1795375680123,"value":1}""")]
    [InlineData("""{"device":7,"metric":"temperature","time":1795375680123,"value":1}""")]
    [InlineData("""{"device":"m","metric":"a:b","time":1795375680123,"value":1}""")]
    [InlineData("""{"device":"m","metric":"temperature","time":"2026-11-22T19:28:00","value":1}""")]
    [InlineData("""{"device":"m","metric":"temperature","time":1.5,"value":1}""")]
    [InlineData("""{"device":"m","metric":"temperature","time":{"a":[1]},"value":1}""")]
    [InlineData("""{"device":"m","metric":"temperature","time":1795375680123,"value":"1"}""")]
    [InlineData("""{"device":"m","metric":"temperature","time":1795375680123,"value":NaN}""")]
    [InlineData("""{"device":"m","metric":"temperature","time":1795375680123,"value":1e999}""")]
    [InlineData("""{"device":"m","metric":"temperature","time":1795375680123,"value":1,"unit":5}""")]
    [InlineData("""{"device":"m","metric":"temperature","time":1795375680123,"value":1} {}""")]
    [InlineData("""{"device":"m","metric":"temperature","time":1795375680123,"value":1""")]
    [InlineData("""{"device":"m\ud800","metric":"temperature","time":1795375680123,"value":1}""")]
    public async Task A_payload_that_is_no_reading_is_malformed_and_kept(string payload)
    {
        Assert.Null(await HandleAsync(Events.Of(payload)));

        var rejected = Rejected();
        Assert.Equal("malformed", rejected["reason"]!.GetValue<string>());
        Assert.Equal(payload, rejected["payload"]!.GetValue<string>());
        Assert.Equal("utf-8", rejected["encoding"]!.GetValue<string>());
        Assert.Empty(_cleansed.Records);
    }

    [Fact]
    public async Task Depth_that_would_end_others_is_malformed()
    {
        var deep = $$"""{"device":"m","x":{{new string('[', 5000)}}{{new string(']', 5000)}}}""";

        await HandleAsync(Events.Of(deep));

        Assert.Equal("malformed", Rejected()["reason"]!.GetValue<string>());
    }

    [Fact]
    public async Task Bytes_that_are_no_text_are_kept_as_base64()
    {
        byte[] payload = [0xC3, 0x28, 0x00, 0xFF];

        await HandleAsync(Events.Of([payload]));

        Assert.Equal(payload, Convert.FromBase64String(Rejected()["payload"]!.GetValue<string>()));
        Assert.Equal("base64", Rejected()["encoding"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("unknown-metric", "m-1", "pressure", "2026-11-22T19:28:00Z", "1", "bar")]
    [InlineData("unknown-unit", "m-1", "temperature", "2026-11-22T19:28:00Z", "1", "kelvin")]
    [InlineData("out-of-range", "m-1", "temperature", "2026-11-22T19:28:00Z", "125.5", "celsius")]
    [InlineData("out-of-range", "m-1", "temperature", "2026-11-22T19:28:00Z", "-41", null)]
    [InlineData("out-of-range", "m-1", "temperature", "2026-11-22T19:28:00Z", "400", "fahrenheit")]
    [InlineData("late", "m-1", "temperature", "2026-11-21T19:27:00Z", "1", "celsius")]
    [InlineData("ahead", "m-1", "temperature", "2026-11-22T19:33:01Z", "1", "celsius")]
    [InlineData("ahead", "m-1", "temperature", "2026-11-25T19:28:00Z", "1", "celsius")]
    public async Task Names_the_first_rule_that_is_broken(
        string reason, string device, string metric, string time, string value, string? unit)
    {
        Assert.Null(await HandleAsync(Events.Of(Events.Reading(device, metric, time, value, unit))));

        Assert.Equal(reason, Rejected()["reason"]!.GetValue<string>());
        Assert.Equal(metric, Rejected()["metric"]!.GetValue<string>());
    }

    [Fact]
    public async Task An_unknown_device_is_rejected_when_the_rules_say_so()
    {
        var strict = Function(Rules.Replace("\"acceptUnknownDevices\": true", "\"acceptUnknownDevices\": false", StringComparison.Ordinal));

        await strict.HandleAsync(Events.Of(Events.Reading(), Events.Reading(device: "stranger")), Token);

        Assert.Equal("unknown-device", Rejected()["reason"]!.GetValue<string>());
        Assert.Single(_cleansed.Records);
    }

    [Fact]
    public async Task A_rejected_reading_says_where_it_came_from()
    {
        await HandleAsync(Events.Of(Events.Reading(value: "400")));

        Assert.Equal(
            $$"""
            {"reason":"out-of-range","detail":"temperature 400 is above the maximum 125","payload":"{\"device\":\"machine-1\",\"metric\":\"temperature\",\"time\":\"2026-11-22T19:28:00.123Z\",\"value\":400,\"unit\":\"celsius\"}","encoding":"utf-8","device":"machine-1","metric":"temperature","partitionKey":"machine-1","shardId":"{{Events.Shard}}","sequenceNumber":"{{Events.Sequence(1)}}","subSequenceNumber":0,"arrival":"2026-11-22T19:28:00.200Z"}
            """,
            Assert.Single(_rejected.Records).Text);
        Assert.Equal("machine-1", _rejected.Records[0].Key);
    }

    [Fact]
    public async Task A_reading_that_comes_again_in_another_record_is_a_duplicate()
    {
        await HandleAsync(Events.Of(Events.Reading(value: "1"), Events.Reading(value: "2")));
        await HandleAsync(Events.Of([Encoding.UTF8.GetBytes(Events.Reading(value: "3"))], first: 3));

        Assert.Single(_cleansed.Records);
        Assert.Equal(["duplicate", "duplicate"], _rejected.Records.Select(record => JsonNode.Parse(record.Text)!["reason"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_reading_that_comes_again_after_the_window_is_none()
    {
        var payload = Encoding.UTF8.GetBytes(Events.Reading());
        await HandleAsync(Events.Of([payload]));

        await HandleAsync(Events.Of([payload], first: 2, arrival: Events.Arrival + 3_600_001));

        Assert.Equal(2, _cleansed.Records.Count);
    }

    [Fact]
    public async Task A_record_that_is_delivered_again_is_written_again()
    {
        await HandleAsync(Events.Of(Events.Reading()));
        await HandleAsync(Events.Of(Events.Reading()));

        Assert.Equal(2, _cleansed.Records.Count);
        Assert.Empty(_rejected.Records);
    }

    [Fact]
    public async Task What_could_not_be_written_is_no_duplicate_when_it_is_delivered_again()
    {
        var open = false;
        _cleansed.Refuse = (_, _) => open ? null : throw new IOException("closed");
        string[] batch = [Events.Reading(device: "m-2", value: "400"), Events.Reading(device: "m-1"), Events.Reading(device: "m-3")];

        Assert.Equal(2, await HandleAsync(Events.Of(batch)));
        open = true;
        Assert.Null(await HandleAsync(Events.Of(batch)));

        Assert.Equal(["m-1", "m-3"], _cleansed.Records.Select(record => record.Key));
        Assert.DoesNotContain(_rejected.Records, record => record.Text.Contains("duplicate", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_reading_that_was_never_written_makes_no_other_a_duplicate()
    {
        var open = false;
        _cleansed.Refuse = (_, _) => open ? null : throw new IOException("closed");
        await HandleAsync(Events.Of(Events.Reading()));
        open = true;

        Assert.Null(await HandleAsync(Events.Of([Encoding.UTF8.GetBytes(Events.Reading())], first: 2)));

        Assert.Single(_cleansed.Records);
        Assert.Empty(_rejected.Records);
    }

    [Fact]
    public async Task Reports_the_first_record_that_ended_in_no_stream()
    {
        _cleansed.Refuse = (text, _) => text.Contains("m-4", StringComparison.Ordinal) ? "InternalFailure" : null;
        _rejected.Refuse = (text, _) => text.Contains("m-3", StringComparison.Ordinal) ? "InternalFailure" : null;

        var failed = await HandleAsync(Events.Of(
            Events.Reading(device: "m-1"), Events.Reading(device: "m-2"), Events.Reading(device: "m-3", value: "400"), Events.Reading(device: "m-4")));

        Assert.Equal(3, failed);
        Assert.Equal(["m-1", "m-2"], _cleansed.Records.Select(record => record.Key));
    }

    [Fact]
    public async Task A_record_too_large_for_either_stream_is_left_to_the_failure_destination()
    {
        byte[] huge = [.. Enumerable.Repeat((byte)'x', 3 * 1024 * 1024)];

        var failed = await HandleAsync(Events.Of([Encoding.UTF8.GetBytes(Events.Reading()), huge, Encoding.UTF8.GetBytes(Events.Reading(device: "m-3"))]));

        Assert.Equal(2, failed);
        Assert.Equal(["machine-1", "m-3"], _cleansed.Records.Select(record => record.Key));
    }

    [Fact]
    public async Task An_empty_batch_is_fine()
    {
        Assert.Null(await HandleAsync(Events.Of()));
        Assert.Empty(_cleansed.Records);
    }

    [Fact]
    public async Task Unpacks_what_the_producer_library_packed()
    {
        var aggregate = KplAggregateTests.Aggregate(
            KplAggregateTests.Keys("m-1", "m-2"),
            KplAggregateTests.Record(0, Events.Reading(device: "m-1")),
            KplAggregateTests.Record(1, "nonsense"),
            KplAggregateTests.Record(1, Events.Reading(device: "m-2")));

        Assert.Null(await HandleAsync(Events.Of([aggregate])));
        Assert.Null(await HandleAsync(Events.Of([aggregate])));

        Assert.Equal(["m-1", "m-2", "m-1", "m-2"], _cleansed.Records.Select(record => record.Key));
        Assert.Equal(["m-2", "m-2"], _rejected.Records.Select(record => record.Key));
        Assert.Equal(1, JsonNode.Parse(_rejected.Records[0].Text)!["subSequenceNumber"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_broken_aggregate_is_kept_whole()
    {
        var aggregate = KplAggregateTests.Aggregate(KplAggregateTests.Keys("a"), KplAggregateTests.Record(0, Events.Reading()));
        aggregate[^1] ^= 1;

        await HandleAsync(Events.Of([aggregate]));

        Assert.Equal("malformed", Rejected()["reason"]!.GetValue<string>());
        Assert.Equal(aggregate, Convert.FromBase64String(Rejected()["payload"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Counts_become_metrics()
    {
        await HandleAsync(Events.Of(Events.Reading(), Events.Reading(), "nonsense", "nonsense"));

        var line = JsonNode.Parse(Encoding.UTF8.GetString(_log.ToArray()))!;
        Assert.Equal(1, line["Accepted"]!.GetValue<int>());
        Assert.Equal(3, line["Rejected"]!.GetValue<int>());
        Assert.Equal(2, line["RejectedMalformed"]!.GetValue<int>());
        Assert.Equal(1, line["RejectedDuplicate"]!.GetValue<int>());
        var metrics = line["_aws"]!["CloudWatchMetrics"]![0]!;
        Assert.Equal("KinesisPatterns", metrics["Namespace"]!.GetValue<string>());
        Assert.Equal("""[["Function"]]""", metrics["Dimensions"]!.ToJsonString());
        Assert.Equal(
            ["Accepted", "Rejected", "RejectedMalformed", "RejectedDuplicate"],
            metrics["Metrics"]!.AsArray().Select(metric => metric!["Name"]!.GetValue<string>()));
    }

    private JsonNode Rejected() => JsonNode.Parse(Assert.Single(_rejected.Records).Text)!;

    private CleansingFunction Function(string rules) => new(
        new(CleansingRules.Parse(Encoding.UTF8.GetBytes(rules))),
        new RecordSender(_cleansed, _errors.Add), new RecordSender(_rejected, _errors.Add), new EmbeddedMetrics(_log));

    private async Task<int?> HandleAsync(Stream batch) => Events.FailedFrom(await _function.HandleAsync(batch, Token));
}
