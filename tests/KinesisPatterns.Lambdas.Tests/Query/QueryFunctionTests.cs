using System.Text.Json.Nodes;
using Amazon.Lambda.APIGatewayEvents;
using KinesisPatterns.Lambdas.Query;
using KinesisPatterns.Lambdas.Series;

namespace KinesisPatterns.Lambdas.Tests.Query;

public sealed class QueryFunctionTests : ISeriesReader
{
    private const long Minute = 1_795_375_680_000;

    private readonly SortedDictionary<long, StoredWindow> _windows = [];
    private readonly List<LatestAnswer> _latest = [];
    private readonly QueryFunction _function;
    private int _read;

    public QueryFunctionTests() => _function = new(this, new(this, window: 60), new Clock());

    Task<IReadOnlyList<LatestAnswer>> ISeriesReader.LatestAsync(string device) =>
        Task.FromResult<IReadOnlyList<LatestAnswer>>([.. _latest.Where(latest => latest.Device == device)]);

    Task<LatestAnswer?> ISeriesReader.LatestAsync(SeriesKey series) =>
        Task.FromResult(_latest.Find(latest => new SeriesKey(latest.Device, latest.Metric) == series));

    async IAsyncEnumerable<StoredWindow> ISeriesReader.WindowsAsync(SeriesKey series, long from, long to)
    {
        foreach (var window in _windows.Values.Where(window => window.Start >= from && window.Start < to))
        {
            _read++;
            await Task.Yield();
            yield return window;
        }
    }

    [Fact]
    public async Task Answers_the_latest_value()
    {
        _latest.Add(Latest("temperature"));

        var answer = await GetAsync("/devices/machine-1/metrics/temperature/latest");

        Assert.Equal(
            """{"device":"machine-1","metric":"temperature","time":"2026-11-22T19:28:00.000Z","value":73.9,"unit":"celsius","tags":{"site":"hall-1"},"mean":1,"deviation":0,"minimum":1,"maximum":2,"count":3}""",
            Body(answer).ToJsonString());
        Assert.Equal("application/json", answer.Headers["Content-Type"]);
    }

    [Fact]
    public async Task Answers_the_latest_value_of_every_metric()
    {
        _latest.AddRange([Latest("load"), Latest("temperature")]);

        var body = Body(await GetAsync("/devices/machine-1/latest"));

        Assert.Equal(["load", "temperature"], body["latest"]!.AsArray().Select(latest => latest!["metric"]!.GetValue<string>()));
        Assert.Empty(Body(await GetAsync("/devices/machine-2/latest"))["latest"]!.AsArray());
    }

    [Fact]
    public async Task No_value_is_404() => Assert.Equal(404, (await GetAsync("/devices/machine-1/metrics/load/latest")).StatusCode);

    [Fact]
    public async Task Pages_through_readings_without_losing_or_repeating_one()
    {
        Fill(windows: 5, perWindow: 60);
        var times = new List<string>();
        string? next = null;
        do
        {
            var query = Query(("from", $"{Minute + 500}"), ("to", $"{Minute + 290_000}"), ("limit", "7"));
            if (next is not null)
            {
                query["next"] = next;
            }

            var body = Body(await GetAsync("/devices/machine-1/metrics/temperature/readings", query));
            times.AddRange(body["readings"]!.AsArray().Select(reading => reading!["time"]!.GetValue<string>()));
            next = body["next"]?.GetValue<string>();
        }
        while (next is not null);

        Assert.Equal(Enumerable.Range(1, 289).Select(second => Timestamps.Text(Minute + (second * 1000L))), times);
    }

    [Fact]
    public async Task The_last_page_has_no_next()
    {
        Fill(windows: 1, perWindow: 10);

        var body = Body(await GetAsync(
            "/devices/machine-1/metrics/temperature/readings", Query(("from", $"{Minute}"), ("to", "2026-11-22T19:29:00Z"), ("limit", "10"))));

        Assert.Equal(10, body["readings"]!.AsArray().Count);
        Assert.Null(body["next"]);
        Assert.Equal("celsius", body["unit"]!.GetValue<string>());
    }

    [Fact]
    public async Task Reads_an_hour_up_to_now_unless_told_otherwise()
    {
        var body = Body(await GetAsync("/devices/machine-1/metrics/temperature/readings"));

        Assert.Equal("2026-11-22T19:00:00.000Z", body["from"]!.GetValue<string>());
        Assert.Equal("2026-11-22T20:00:00.000Z", body["to"]!.GetValue<string>());
    }

    [Fact]
    public async Task Aggregates_each_window()
    {
        Fill(windows: 3, perWindow: 60);

        var aggregates = Body(await GetAsync(
            "/devices/machine-1/metrics/temperature/aggregates", Query(("from", $"{Minute}"), ("to", $"{Minute + 180_000}"))))["aggregates"]!.AsArray();

        Assert.Equal(3, aggregates.Count);
        Assert.Equal(
            (60, 29.5, 0, 59, 29.5),
            (Of("count"), Of("mean"), Of("first"), Of("last"), Of("p50")));
        Assert.Equal("2026-11-22T19:28:00.000Z", aggregates[0]!["start"]!.GetValue<string>());
        Assert.Equal("2026-11-22T19:29:00.000Z", aggregates[0]!["end"]!.GetValue<string>());

        double Of(string name) => aggregates[0]![name]!.GetValue<double>();
    }

    [Fact]
    public async Task Aggregates_a_period_as_if_it_were_one_window()
    {
        Fill(windows: 10, perWindow: 60);
        var query = Query(("from", $"{Minute}"), ("to", $"{Minute + 600_000}"), ("period", "180"));

        var aggregates = Body(await GetAsync("/devices/machine-1/metrics/temperature/aggregates", query))["aggregates"]!.AsArray();

        var first = SeriesTable.WindowStart(Minute, 180_000);
        Assert.Equal(
            Enumerable.Range(0, aggregates.Count).Select(index => Timestamps.Text(first + (index * 180_000L))),
            aggregates.Select(aggregate => aggregate!["start"]!.GetValue<string>()));
        Assert.Equal(600, aggregates.Sum(aggregate => aggregate!["count"]!.GetValue<int>()));
        var whole = aggregates.Single(aggregate => aggregate!["count"]!.GetValue<int>() == 180 && aggregate["first"]!.GetValue<double>() <= 120);
        var values = Enumerable.Range(0, 180).Select(index => whole!["first"]!.GetValue<double>() + index).ToArray();
        Assert.Equal(values.Average(), whole!["mean"]!.GetValue<double>(), 9);
        Assert.Equal(values[89] + 0.5, whole["p50"]!.GetValue<double>(), 9);
    }

    [Fact]
    public async Task Pages_through_aggregates()
    {
        Fill(windows: 5, perWindow: 2);
        var query = Query(("from", $"{Minute}"), ("to", $"{Minute + 300_000}"), ("limit", "2"));
        var starts = new List<string>();
        string? next;
        do
        {
            var body = Body(await GetAsync("/devices/machine-1/metrics/temperature/aggregates", query));
            starts.AddRange(body["aggregates"]!.AsArray().Select(aggregate => aggregate!["start"]!.GetValue<string>()));
            next = body["next"]?.GetValue<string>();
            query["next"] = next ?? "";
        }
        while (next is not null);

        Assert.Equal(Enumerable.Range(0, 5).Select(index => Timestamps.Text(Minute + (index * 60_000L))), starts);
    }

    [Fact]
    public async Task A_page_ends_early_rather_than_looking_at_too_much()
    {
        Fill(windows: 60, perWindow: Samples.MaximumPerWindow, step: 3);

        var body = Body(await GetAsync(
            "/devices/machine-1/metrics/temperature/aggregates",
            Query(("from", $"{Minute}"), ("to", $"{Minute + 3_600_000}"), ("limit", "1000"))));

        Assert.NotNull(body["next"]);
        Assert.InRange(_read, 1, 30);
    }

    [Theory]
    [InlineData("limit", "0", "limit: expected a whole number from 1 to 1000, got '0'")]
    [InlineData("limit", "1001", "limit: expected a whole number from 1 to 1000, got '1001'")]
    [InlineData("limit", "ten", "limit: expected a whole number from 1 to 1000, got 'ten'")]
    [InlineData("from", "yesterday", "from: expected ISO 8601 with an offset, or milliseconds since 1970, got 'yesterday'")]
    [InlineData("to", "2026-11-22", "to: expected ISO 8601 with an offset, or milliseconds since 1970, got '2026-11-22'")]
    [InlineData("from", "2026-11-22T20:00:00Z", "from: expected a time before to (2026-11-22T20:00:00.000Z), got '2026-11-22T20:00:00Z'")]
    [InlineData("next", "xyz", "next: expected the next of a page of the same question, got 'xyz'")]
    [InlineData("next", "", "next: expected the next of a page of the same question, got ''")]
    public async Task Bad_input_is_answered_400_with_what_was_expected(string name, string value, string message)
    {
        var answer = await GetAsync("/devices/machine-1/metrics/temperature/readings", Query((name, value)));

        Assert.Equal(400, answer.StatusCode);
        Assert.Equal(message, Body(answer)["message"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("90")]
    [InlineData("0")]
    [InlineData("-60")]
    [InlineData("90060")]
    public async Task A_period_is_a_multiple_of_the_window_and_bounded(string period)
    {
        var answer = await GetAsync("/devices/machine-1/metrics/temperature/aggregates", Query(("period", period)));

        Assert.Equal(400, answer.StatusCode);
        Assert.StartsWith("period: expected seconds, a multiple of 60 up to 90000", Body(answer)["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/devices/a%2Fb/latest", "device: expected 1 to 128 characters")]
    [InlineData("/devices/machine-1/metrics/a%3Ab/latest", "metric: expected 1 to 64 characters")]
    public async Task Names_in_the_path_are_checked(string path, string message)
    {
        var answer = await GetAsync(path);

        Assert.Equal(400, answer.StatusCode);
        Assert.StartsWith(message, Body(answer)["message"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_next_is_good_for_its_own_question_only()
    {
        Fill(windows: 2, perWindow: 60);
        var query = Query(("from", $"{Minute}"), ("to", $"{Minute + 120_000}"), ("limit", "1"));
        var next = Body(await GetAsync("/devices/machine-1/metrics/temperature/readings", query))["next"]!.GetValue<string>();

        foreach (var path in new[]
        {
            "/devices/machine-2/metrics/temperature/readings",
            "/devices/machine-1/metrics/load/readings",
            "/devices/machine-1/metrics/temperature/aggregates",
        })
        {
            Assert.Equal(400, (await GetAsync(path, Query(("next", next)))).StatusCode);
        }

        var changed = (next[0] == 'A' ? 'B' : 'A') + next[1..];
        Assert.Equal(400, (await GetAsync("/devices/machine-1/metrics/temperature/readings", Query(("next", changed)))).StatusCode);
        Assert.Equal(200, (await GetAsync("/devices/machine-1/metrics/temperature/readings", Query(("next", next)))).StatusCode);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/devices")]
    [InlineData("/devices/machine-1")]
    [InlineData("/devices/machine-1/metrics/temperature/nonsense")]
    public async Task An_unknown_path_is_404(string path) => Assert.Equal(404, (await GetAsync(path)).StatusCode);

    [Fact]
    public async Task Another_method_is_405()
    {
        var answer = await _function.HandleAsync(new() { HttpMethod = "POST", Path = "/devices/machine-1/latest" });

        Assert.Equal(405, answer.StatusCode);
        Assert.Equal("GET", answer.Headers["Allow"]);
    }

    [Fact]
    public async Task Finds_its_way_behind_the_base_path_of_a_domain() =>
        Assert.Equal(200, (await GetAsync("/plant/devices/devices/latest")).StatusCode);

    private static Dictionary<string, string> Query(params (string Name, string Value)[] parameters) =>
        parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.Value);

    private static JsonNode Body(APIGatewayProxyResponse answer) => JsonNode.Parse(answer.Body)!;

    private static LatestAnswer Latest(string metric) => new()
    {
        Device = "machine-1",
        Metric = metric,
        Time = Timestamps.Text(Minute),
        Value = 73.9,
        Unit = "celsius",
        Tags = new Dictionary<string, string> { ["site"] = "hall-1" },
        Mean = 1,
        Deviation = 0,
        Minimum = 1,
        Maximum = 2,
        Count = 3,
    };

    private void Fill(int windows, int perWindow, int step = 1000)
    {
        var value = 0;
        for (var window = 0; window < windows; window++)
        {
            var start = Minute + (window * 60_000L);
            _windows[start] = new(
                start, [.. Enumerable.Range(0, perWindow).Select(index => new Sample(start + (index * (long)step), value++))], "celsius");
        }
    }

    private Task<APIGatewayProxyResponse> GetAsync(string path, Dictionary<string, string>? query = null) =>
        _function.HandleAsync(new() { HttpMethod = "GET", Path = path, QueryStringParameters = query });

    private sealed class Clock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 11, 22, 20, 0, 0, TimeSpan.Zero);
    }
}
