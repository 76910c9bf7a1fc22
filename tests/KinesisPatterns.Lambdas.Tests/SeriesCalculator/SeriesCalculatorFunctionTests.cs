using System.Text;
using System.Text.Json.Nodes;
using KinesisPatterns.Lambdas.Series;
using KinesisPatterns.Lambdas.SeriesCalculator;

namespace KinesisPatterns.Lambdas.Tests.SeriesCalculator;

public sealed class SeriesCalculatorFunctionTests : ISeriesStore, IAnomalyAlerts, IDisposable
{
    private const long Minute = 1_795_375_680_000;
    private const long Length = 60_000;

    private readonly TestTable _table = new();
    private readonly MemoryStream _log = new();
    private readonly List<Exception> _errors = [];
    private readonly List<Point> _points = [];
    private readonly SeriesCalculatorFunction _function;
    private Func<Point, bool> _accepts = _ => true;

    public SeriesCalculatorFunctionTests() => _function = Function();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _log.Dispose();

    Task<bool[]> ISeriesStore.WriteAsync(IReadOnlyList<Point> points, CancellationToken cancellationToken)
    {
        bool[] stored = [.. points.Select(_accepts)];
        _points.AddRange(points.Where((_, index) => stored[index]));
        return Task.FromResult(stored);
    }

    Task<string?[]> IAnomalyAlerts.PublishAsync(IReadOnlyList<AnomalyEvent> anomalies, CancellationToken cancellationToken) =>
        Task.FromResult(new string?[anomalies.Count]);

    [Fact]
    public async Task Readings_become_windows_a_latest_value_and_points()
    {
        Assert.Null(await HandleAsync(Reading(Minute + 1_000, 1), Reading(Minute + 3_000, 5), Reading(Minute + 61_000, 7, tags: """{"site":"hall-1"}""")));

        Assert.Equal([new(Minute + 1_000, 1), new(Minute + 3_000, 5)], _table.Window("temperature", Minute).Samples);
        Assert.Equal("celsius", _table.Window("temperature", Minute).Unit);
        Assert.Equal([new(Minute + 61_000, 7)], _table.Window("temperature", Minute + Length).Samples);
        var latest = _table.Latest[new("machine-1", "temperature")];
        Assert.Equal((Minute + 61_000, 7), (latest.Time, latest.Value));
        Assert.Equal(2 / 58.0, latest.Rate!.Value, 12);
        Assert.Equal(2, latest.Trailing.Count);
        Assert.Equal([1, 5, 7], _points.Select(point => point.Sample.Value));
        Assert.Equal("hall-1", _points[2].Tags!["site"]);
    }

    [Fact]
    public async Task The_same_batch_again_changes_nothing()
    {
        string[] batch = [Reading(Minute, 1), Reading(Minute + 61_000, 2), Reading(Minute + 500, 3)];
        await HandleAsync(batch);
        var (windows, latest, writes) = (_table.Windows.ToDictionary(), _table.Latest.ToDictionary(), _table.Writes);

        Assert.Null(await HandleAsync(batch));
        Assert.Null(Events.FailedFrom(await Function().HandleAsync(Events.Of(batch), Token)));

        Assert.Equal(writes, _table.Writes);
        Assert.Equal(windows, _table.Windows.ToDictionary());
        Assert.Equal(latest, _table.Latest.ToDictionary());
    }

    [Fact]
    public async Task Two_environments_that_race_on_a_window_store_the_union()
    {
        var other = Function();
        await HandleAsync(Reading(Minute + 1, 1));
        await other.HandleAsync(Events.Of(Reading(Minute + 2, 2)), Token);

        // This environment remembers the window without the other's reading.
        Assert.Null(await HandleAsync(Reading(Minute + 3, 3)));

        Assert.Equal([1, 2, 3], _table.Window("temperature", Minute).Samples.Select(sample => sample.Value));
        Assert.Equal(3, _table.Latest[new("machine-1", "temperature")].Trailing.Count);
        Assert.Equal(3, _table.Window("temperature", Minute).Version);
    }

    [Fact]
    public async Task Many_environments_at_once_store_the_union()
    {
        await Task.WhenAll(Enumerable.Range(0, 4).Select(environment => Task.Run(async () =>
        {
            var function = Function();
            for (var round = 0; round < 5; round++)
            {
                var time = Minute + (round * 4) + environment;
                Stream answer;
                do
                {
                    answer = await function.HandleAsync(Events.Of(Reading(time, time - Minute)), Token);
                }
                while (Events.FailedFrom(answer) is not null);
            }
        })));

        Assert.Equal(Enumerable.Range(0, 20).Select(value => (double)value), _table.Window("temperature", Minute).Samples.Select(sample => sample.Value));
        Assert.Equal(20, _table.Latest[new("machine-1", "temperature")].Trailing.Count);
    }

    [Fact]
    public async Task A_late_reading_goes_into_its_old_window_and_leaves_the_latest_value()
    {
        await HandleAsync(Reading(Minute, 1), Reading(Minute + (10 * Length), 2));
        var latest = _table.Latest[new("machine-1", "temperature")];

        Assert.Null(await HandleAsync(Reading(Minute + 1, 9)));
        Assert.Null(Events.FailedFrom(await Function().HandleAsync(Events.Of(Reading(Minute + 2, 9)), Token)));

        Assert.Equal([1, 9, 9], _table.Window("temperature", Minute).Samples.Select(sample => sample.Value));
        Assert.Equal(latest, _table.Latest[new("machine-1", "temperature")]);
    }

    [Fact]
    public async Task A_late_reading_counts_in_the_trailing_window_of_the_latest_whoever_stored_that()
    {
        await HandleAsync(Reading(Minute + 50_000, 1), Reading(Minute + 61_000, 2));

        Assert.Null(Events.FailedFrom(await Function().HandleAsync(Events.Of(Reading(Minute + 55_000, 9)), Token)));

        var latest = _table.Latest[new("machine-1", "temperature")];
        Assert.Equal((Minute + 61_000, 3, 9), (latest.Time, latest.Trailing.Count, latest.Trailing.Maximum));
        Assert.Equal(-7 / 6.0, latest.Rate!.Value, 12);
    }

    [Fact]
    public async Task What_another_environment_added_before_is_read_when_a_window_begins()
    {
        await HandleAsync(Reading(Minute + 50_000, 1));
        await Function().HandleAsync(Events.Of(Reading(Minute + 55_000, 2)), Token);

        await HandleAsync(Reading(Minute + 61_000, 3));

        Assert.Equal(3, _table.Latest[new("machine-1", "temperature")].Trailing.Count);
    }

    [Fact]
    public async Task A_full_window_fails_the_reading_that_is_one_too_many_and_no_other()
    {
        var full = Enumerable.Range(0, Samples.MaximumPerWindow).Select(index => Encoding.UTF8.GetBytes(Reading(Minute + index, index)));
        Assert.Null(Events.FailedFrom(await _function.HandleAsync(Events.Of(full), Token)));

        var failed = await HandleAsync(Reading(Minute + 5, 5), Reading(Minute + 59_999, 1), Reading(Minute + 60_000, 1));

        Assert.Equal(2, failed);
        Assert.Equal(Samples.MaximumPerWindow, _table.Window("temperature", Minute).Samples.Length);
        Assert.Single(_table.Window("temperature", Minute + Length).Samples);
        Assert.Contains("at most 16384 readings", Assert.Single(_errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_two_values_for_one_millisecond_the_store_gets_the_one_the_table_has()
    {
        await HandleAsync(Reading(Minute, 5));
        await HandleAsync(Reading(Minute, 3));

        Assert.Equal(5, Assert.Single(_table.Window("temperature", Minute).Samples).Value);
        Assert.All(_points, point => Assert.Equal(5, point.Sample.Value));
    }

    [Fact]
    public async Task A_series_that_fails_fails_from_its_first_record_and_others_go_on()
    {
        _table.BeforeSave = (series, _) => Broken(series.Metric == "load");

        var failed = await HandleAsync(Reading(Minute, 1), Reading(Minute, 2, "load"), Reading(Minute + 1, 3), Reading(Minute + 1, 4, "load"));

        Assert.Equal(2, failed);
        Assert.Equal(2, _table.Window("temperature", Minute).Samples.Length);
        Assert.Equal(2, _points.Count);
        Assert.Contains("machine-1 load", Assert.Single(_errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_store_refuses_is_delivered_again_and_stored_once()
    {
        _accepts = point => point.Series.Metric != "load";
        string[] batch = [Reading(Minute, 1), Reading(Minute, 2, "load")];

        Assert.Equal(2, await HandleAsync(batch));
        var writes = _table.Writes;
        _accepts = _ => true;
        Assert.Null(await HandleAsync(batch));

        Assert.Equal(writes, _table.Writes);
        Assert.Contains(_points, point => point.Series.Metric == "load");
    }

    [Theory]
    [InlineData("nonsense")]
    [InlineData("[]")]
    [InlineData("""{"device":"m","metric":"t","time":"2026-11-22T19:28:00.123Z"}""")]
    [InlineData("""{"device":"m","metric":"t","time":"yesterday","value":1}""")]
    [InlineData("""{"device":"m","metric":"t","time":"2026-11-22T19:28:00.123Z","value":1e121}""")]
    [InlineData("""{"device":7,"metric":"t","time":"2026-11-22T19:28:00.123Z","value":1}""")]
    public async Task A_record_that_is_no_cleansed_reading_fails_by_itself(string payload)
    {
        var failed = await HandleAsync(Reading(Minute, 1), payload, Reading(Minute + 1, 2));

        Assert.Equal(2, failed);
        Assert.Equal(2, _table.Window("temperature", Minute).Samples.Length);
    }

    [Fact]
    public async Task An_empty_batch_is_fine()
    {
        Assert.Null(await HandleAsync());
        Assert.Equal(0, JsonNode.Parse(_log.ToArray())!["Readings"]!.GetValue<int>());
    }

    [Fact]
    public async Task Writes_no_more_series_at_once_than_allowed()
    {
        await Function(concurrency: 3).HandleAsync(
            Events.Of([.. Enumerable.Range(0, 40).Select(index => Reading(Minute, 1, $"m{index}"))]), Token);

        Assert.InRange(_table.MostAtOnce, 1, 3);
    }

    [Fact]
    public async Task A_series_in_memory_is_read_from_the_table_once_a_window()
    {
        await HandleAsync(Reading(Minute, 1));
        var loads = _table.Loads;

        await HandleAsync(Reading(Minute + 1, 1));
        await HandleAsync(Reading(Minute + 2, 1));

        Assert.Equal(loads, _table.Loads);
    }

    [Fact]
    public void Series_not_used_for_longest_are_forgotten_first()
    {
        var cache = new SeriesCache(capacity: 200);
        var first = cache.Get(new("d", "1"));
        cache.Get(new("d", "2"));
        cache.Get(new("d", "3"));
        Assert.Same(first, cache.Get(new("d", "1")));
        cache.Get(new("d", "4"));

        cache.Trim();

        Assert.Equal(3, cache.Count);
        Assert.Same(first, cache.Get(new("d", "1")));
    }

    private static void Broken(bool now)
    {
        if (now)
        {
            throw new IOException("the table is away");
        }
    }

    private static string Reading(long time, double value, string metric = "temperature", string? tags = null) => FormattableString.Invariant(
        $$"""{"device":"machine-1","metric":"{{metric}}","time":"{{Timestamps.Text(time)}}","value":{{value}},"unit":"celsius"{{(tags is null ? "" : $",\"tags\":{tags}")}}}""");

    private SeriesCalculatorFunction Function(int concurrency = 16)
    {
        var detection = new SeriesDetection(_table, Length, new(0.995, TimeSpan.FromHours(1)));
        return new(
            new(_table, Length, detection), new(), detection, this, this, new EmbeddedMetrics(_log), exception =>
            {
                lock (_errors)
                {
                    _errors.Add(exception);
                }
            },
            concurrency);
    }

    private async Task<int?> HandleAsync(params string[] readings) =>
        Events.FailedFrom(await _function.HandleAsync(Events.Of(readings), Token));
}
