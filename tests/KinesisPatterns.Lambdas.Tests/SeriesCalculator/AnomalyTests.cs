using System.Text;
using System.Text.Json.Nodes;
using KinesisPatterns.Lambdas.Series;
using KinesisPatterns.Lambdas.SeriesCalculator;

namespace KinesisPatterns.Lambdas.Tests.SeriesCalculator;

/// <summary>Anomalies from the stream to those who wait for them, across failures, cold starts and environments.</summary>
public sealed class AnomalyTests : ISeriesStore, IAnomalyAlerts, IDisposable
{
    private const long Start = 1_795_305_600_000;
    private const long Second = 1_000;
    private const int Usual = 400;

    private static readonly SeriesKey Series = new("machine-1", "temperature");

    private readonly TestTable _table = new();
    private readonly MemoryStream _log = new();
    private readonly List<Exception> _errors = [];
    private readonly List<Point> _points = [];
    private readonly List<AnomalyEvent> _alerts = [];
    private readonly SeriesCalculatorFunction _function;
    private string? _alertError;
    private bool _storeWorks = true;

    public AnomalyTests() => _function = Function();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _log.Dispose();

    Task<bool[]> ISeriesStore.WriteAsync(IReadOnlyList<Point> points, CancellationToken cancellationToken)
    {
        _points.AddRange(points);
        return Task.FromResult<bool[]>([.. points.Select(_ => _storeWorks)]);
    }

    Task<string?[]> IAnomalyAlerts.PublishAsync(IReadOnlyList<AnomalyEvent> anomalies, CancellationToken cancellationToken)
    {
        if (_alertError is null)
        {
            _alerts.AddRange(anomalies);
        }

        return Task.FromResult<string?[]>([.. anomalies.Select(_ => _alertError)]);
    }

    [Fact]
    public async Task An_anomaly_is_told_of_stored_counted_and_the_latest_score()
    {
        await HandleAsync(_function, Readings(0, Usual));
        Assert.Empty(_alerts);

        Assert.Null(await HandleAsync(_function, [Reading(Usual, 500)]));

        var alert = Assert.Single(_alerts);
        var detail = JsonNode.Parse(alert.Detail())!;
        Assert.Equal($"machine-1/temperature/{Start + (Usual * Second)}", (string?)detail["id"]);
        Assert.Equal((500, "celsius", "hall-1"), ((double)detail["value"]!, (string?)detail["unit"], (string?)detail["tags"]!["site"]));
        Assert.InRange((double)detail["score"]!, 0.995, 1);
        Assert.InRange((double)detail["expected"]!, 15, 25);
        Assert.StartsWith("500, expected ", (string?)detail["reason"], StringComparison.Ordinal);
        Assert.Equal(alert.Assessment, _points[^1].Anomaly);
        Assert.Equal(alert.Assessment.Score, _points[^1].Score);
        Assert.Equal(alert.Assessment.Score, _table.Latest[Series].Score);
        Assert.Equal(1, Logged("Anomalies"));
        Assert.Null(_points[10].Score);
        Assert.NotNull(_points[Usual - 1].Score);
    }

    [Fact]
    public async Task A_series_cools_down_before_it_has_another_anomaly()
    {
        await HandleAsync(_function, Readings(0, Usual));
        await HandleAsync(_function, [Reading(Usual, 500)]);
        await HandleAsync(_function, Readings(Usual + 1, 200));

        await HandleAsync(_function, [Reading(Usual + 300, 5_000)]);
        Assert.Single(_alerts);

        await HandleAsync(_function, Readings(Usual + 301, 200));
        await HandleAsync(_function, [Reading(Usual + 3_700, 50_000)]);
        Assert.Equal(2, _alerts.Count);
    }

    [Fact]
    public async Task An_alert_that_fails_fails_its_record_and_is_told_of_when_it_comes_again()
    {
        await HandleAsync(_function, Readings(0, Usual));
        string[] batch = [.. Readings(Usual, 3), Reading(Usual + 3, 500), .. Readings(Usual + 4, 3)];
        _alertError = "InternalFailure";

        Assert.Equal(4, await HandleAsync(_function, batch));
        Assert.Contains("InternalFailure", Assert.Single(_errors).Message, StringComparison.Ordinal);
        Assert.Equal(Usual + 7, Stored());
        Assert.Equal(0, Logged("Anomalies"));

        _alertError = null;
        Assert.Null(await HandleAsync(_function, batch[3..]));
        Assert.Single(_alerts);
        Assert.Equal(1, Logged("Anomalies"));

        Assert.Null(await HandleAsync(_function, batch));
        Assert.Single(_alerts);
    }

    [Fact]
    public async Task Another_environment_that_gets_the_batch_again_tells_of_the_same_anomaly()
    {
        await HandleAsync(_function, Readings(0, Usual));
        _alertError = "InternalFailure";
        Assert.NotNull(await HandleAsync(_function, [.. Readings(Usual, 1), Reading(Usual + 1, 500)]));
        var first = _points.Last(point => point.Anomaly is not null);
        _alertError = null;

        Assert.Null(await HandleAsync(Function(), [.. Readings(Usual, 1), Reading(Usual + 1, 500)]));

        Assert.Equal(first.Anomaly, Assert.Single(_alerts).Assessment);
    }

    [Fact]
    public async Task What_the_store_refused_is_told_of_once_it_is_stored()
    {
        await HandleAsync(_function, Readings(0, Usual));
        _storeWorks = false;
        Assert.NotNull(await HandleAsync(_function, [.. Readings(Usual, 1), Reading(Usual + 1, 500)]));
        Assert.Empty(_alerts);

        _storeWorks = true;
        Assert.Null(await HandleAsync(_function, [.. Readings(Usual, 1), Reading(Usual + 1, 500)]));
        Assert.Single(_alerts);
    }

    [Fact]
    public async Task A_replay_of_everything_changes_nothing()
    {
        string[] all = [.. Readings(0, Usual), Reading(Usual, 500), .. Readings(Usual + 1, 2_000)];
        await HandleInBatchesAsync(_function, all);
        var (latest, alerts, snapshot) = (_table.Latest[Series], _alerts.Count, _table.Detectors[Series]);

        await HandleInBatchesAsync(Function(), all);

        Assert.Equal(latest, _table.Latest[Series]);
        Assert.Equal(alerts, _alerts.Count);
        Assert.Equal(snapshot.State, _table.Detectors[Series].State);
    }

    [Fact]
    public async Task A_cold_start_continues_where_the_series_stood()
    {
        var through = new List<double?>();
        await HandleInBatchesAsync(_function, Readings(0, 2_500));
        await HandleInBatchesAsync(_function, Readings(2_500, 200));
        through.AddRange(_points.Skip(2_500).Select(point => point.Score));
        var fresh = new AnomalyTests();
        await HandleInBatchesAsync(fresh._function, Readings(0, 2_500));
        Assert.Equal(2, fresh._table.Detectors[Series].Version);
        fresh._points.Clear();

        await HandleInBatchesAsync(fresh.Function(), Readings(2_500, 200));

        Assert.Equal(through, fresh._points.Select(point => point.Score));
    }

    [Fact]
    public async Task What_another_environment_stored_in_between_is_taken_too()
    {
        var other = Function();
        for (var batch = 0; batch < 120; batch++)
        {
            await HandleAsync(batch % 3 == 0 ? other : _function, Readings(batch * 10, 10));
        }

        var alone = new AnomalyTests();
        await HandleInBatchesAsync(alone._function, Readings(0, 1_200));

        Assert.Equal(alone._points.Select(point => point.Score), _points.Select(point => point.Score));
    }

    [Fact]
    public async Task Readings_far_apart_are_read_in_one_query_on_a_cold_start()
    {
        await HandleInBatchesAsync(_function, Enumerable.Range(0, 60).Select(index => Reading(index * 600, 20 + (index % 3))), size: 1);
        _points.Clear();
        var loads = _table.Loads;

        await HandleAsync(Function(), [Reading(36_000, 22)]);

        Assert.InRange(_table.Loads - loads, 1, 5);
        Assert.NotNull(Assert.Single(_points).Score);
    }

    [Fact]
    public async Task A_detector_that_cannot_be_stored_is_tried_again_and_loses_nothing()
    {
        _table.BeforeSaveDetector = () => throw new IOException("the table is away");
        await HandleInBatchesAsync(_function, Readings(0, 1_100));
        Assert.NotEmpty(_errors);
        Assert.All(_errors, error => Assert.Contains("the detector was not stored", error.Message, StringComparison.Ordinal));

        _table.BeforeSaveDetector = () => { };
        Assert.Null(await HandleAsync(_function, Readings(1_100, 1)));

        Assert.Equal(1, _table.Detectors[Series].Version);
    }

    [Fact]
    public void An_anomaly_is_a_line_of_its_own()
    {
        var detector = new KinesisPatterns.Anomalies.AnomalyDetector();
        var assessment = detector.Add(5, 7)!.Value;
        var point = new Point(new("m 1", "t"), new(5, 7), null, 0.5, assessment);

        Assert.Equal(
            "t,device=m\\ 1 value=7,score=0.5 5\n"
            + """anomalies:detected,device=m\ 1,metric=t score=0,value=7,expected=7,reason="7, expected 7; further off than 0 % of this series' readings" 5""",
            LineProtocol.Line(point));
    }

    private static IEnumerable<string> Readings(int from, int count) =>
        Enumerable.Range(from, count).Select(index => Reading(index, 20 + Math.Sin(index / 7.0) + (index * 7_919 % 101 / 200.0)));

    private static string Reading(long index, double value) => FormattableString.Invariant(
        $$"""{"device":"machine-1","metric":"temperature","time":"{{Timestamps.Text(Start + (index * Second))}}","value":{{value}},"unit":"celsius","tags":{"site":"hall-1"} }""");

    private static async Task<int?> HandleAsync(SeriesCalculatorFunction function, IEnumerable<string> readings) =>
        Events.FailedFrom(await function.HandleAsync(Events.Of([.. readings]), Token));

    private static async Task HandleInBatchesAsync(SeriesCalculatorFunction function, IEnumerable<string> readings, int size = 50)
    {
        foreach (var batch in readings.Chunk(size))
        {
            Assert.Null(await HandleAsync(function, batch));
        }
    }

    private int Stored() => _table.Windows.Values.Sum(window => window.Samples.Length);

    private long Logged(string name) =>
        JsonNode.Parse(Encoding.UTF8.GetString(_log.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1])![name]!.GetValue<long>();

    private SeriesCalculatorFunction Function()
    {
        var detection = new SeriesDetection(_table, 60_000, new(0.995, TimeSpan.FromHours(1)));
        return new(new(_table, 60_000, detection), new(), detection, this, this, new EmbeddedMetrics(_log), _errors.Add);
    }
}
