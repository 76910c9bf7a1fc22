using System.Text.Json;
using KinesisPatterns.Local.Hosting;
using KinesisPatterns.Local.Kinesis;
using KinesisPatterns.Local.Lambda;
using KinesisPatterns.Local.Page;
using KinesisPatterns.Local.State;
using KinesisPatterns.Local.Timestream;

namespace KinesisPatterns.Local.Feed;

/// <summary>What the run stands at.</summary>
internal sealed record RunState(
    long Records, double RecordsPerSecond, long Cleansed, long Rejected, long Stored, long Failed, TimeSpan Lag, long Throttled,
    long Anomalies, long? Faults = null);

/// <summary>Feeds a stack with readings, follows each to its end, and says what happened.</summary>
internal sealed class ReadingRun : IPageSource, IBlueprintRun
{
    private const int PointsKept = 20_000;
    private const int PointsAtOnce = 2_000;
    private const int HistoryPerSeries = 600;
    private const int RejectedKept = 60;
    private const int AnomaliesKept = 200;
    private const int DifferencesShown = 10;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan SettleEvery = TimeSpan.FromSeconds(5);

    private readonly LocalHost _host;
    private readonly KinesisStream _readings;
    private readonly KinesisStream? _cleansed;
    private readonly StreamTail? _rejectedTail;
    private readonly ReadingLedger _ledger;
    private readonly Producer _producer;
    private readonly HttpClient _http = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Ring<Point> _points = new(PointsKept);
    private readonly Ring<PageRejected> _rejected = new(RejectedKept);
    private readonly AnomalyLog _anomalies = new(AnomaliesKept);
    private readonly Pipeline _pipeline;
    private readonly RateMeter _rate = new();
    private readonly Task[] _background;
    private readonly DateTimeOffset _started = TimeProvider.System.GetUtcNow();
    private string _status = "running";
    private bool _drained;
    private IReadOnlyList<string> _differences = [];

    public ReadingRun(LocalHost host, string source)
    {
        _host = host;
        _readings = Stream("ReadingsStreamName")
            ?? throw new LocalHostException($"{host.StackName} has no output ReadingsStreamName, so it is not known which stream to feed.");
        _cleansed = Stream("CleansedStreamName");
        _ledger = new(IsStored);
        _producer = new(_http, host.Endpoint, _readings.Name, host.Services.State is { } state ? new KeptReadingLedger(_ledger, state) : _ledger);
        RestoreFailures(host.Services.State);
        _pipeline = new(host.Deployment, source);
        foreach (var store in host.Services.Influx.Values)
        {
            store.Store.OnWrite = OnWrite;
        }

        host.Recorder.OnKept = OnKept;
        host.Services.Events.OnSent = _anomalies.Add;
        _rejectedTail = Stream("RejectedStreamName") is { } rejected ? new(rejected, OnRejected) : null;
        _background = [_rejectedTail?.RunAsync(_stopping.Token) ?? Task.CompletedTask, SettleAsync()];
        host.PageSource = this;
    }

    /// <summary>Feeds until the records or the time are over; whatever was put is seen through.</summary>
    public Task FeedAsync(IEnumerable<FedRecord> records, double? rate, CancellationToken cancellation) =>
        _producer.PutAllAsync(records, rate, cancellation);

    /// <summary>Waits until every record has come to its end, but no longer than <paramref name="most"/>.</summary>
    public async Task DrainAsync(TimeSpan most, CancellationToken cancellation)
    {
        _status = "draining";
        var started = TimeProvider.System.GetTimestamp();
        for (var idle = 0; idle < 2 && TimeProvider.System.GetElapsedTime(started) < most;)
        {
            // Twice: a record may pass from one stream to the next between two looks.
            idle = IsIdle ? idle + 1 : 0;
            await Task.Delay(Look, cancellation);
        }

        await _host.Services.Firehose.FlushAsync(cancellation);
        _drained = IsIdle;
        if (_host.Outputs.TryGetValue("SeriesTableName", out var table))
        {
            _differences = await new SeriesAgreement(_host.Services, table, _ledger.IsFailed).FindDifferencesAsync(cancellation);
        }

        _status = "finished";
    }

    public ReadingSummary Summarize()
    {
        var account = _ledger.Close();
        var elapsed = TimeProvider.System.GetUtcNow() - _started;
        return new()
        {
            Blueprint = _host.StackName,
            Seconds = Math.Round(elapsed.TotalSeconds, 1),
            Records = account.Records,
            Readings = account.Readings,
            Stored = account.Stored,
            Rejected = account.Rejected,
            Failed = account.Failed,
            Lost = account.Lost,
            Drained = _drained,
            Reasons = account.Reasons,
            Missing = account.Missing,
            Archived = _host.Services.Firehose.Streams.ToDictionary(s => s.Name, s => s.Delivered),
            Anomalies = _anomalies.Count,
            Messages = _host.Services.Events.Sent.GroupBy(m => m.TopicArn[(m.TopicArn.LastIndexOf(':') + 1)..]).ToDictionary(g => g.Key, g => g.LongCount()),
            Throttled = _producer.Throttled,
            Dropped = _host.Recorder.Count(RecordEnd.Dropped),
            Permissions = PermissionSummary.Of(_host),
            Faults = _host.FaultCounts,
            Errors = [.. Errors()],
        };
    }

    // What was not seen through yet has no end, and is counted as lost already.
    private IEnumerable<string> Errors()
    {
        if (_host.Services.Firehose.Error is { } error)
        {
            yield return error.Message;
        }

        foreach (var call in _host.Refused)
        {
            yield return $"refused {call.Times} times: {call.Principal}: {call.Action} on {call.Resource}";
        }

        foreach (var difference in _differences.Take(DifferencesShown))
        {
            yield return difference;
        }

        foreach (var finding in _host.Ledger.Check().Findings.Where(f => f.Rule is not (LedgerRule.NoEnd or LedgerRule.Blocked or LedgerRule.Dropped)))
        {
            yield return finding.ToString();
        }
    }

    public RunState State() => new(
        _readings.RecordsPut,
        _rate.Of(_readings.RecordsPut),
        _cleansed?.RecordsPut ?? 0,
        _ledger.Rejected,
        _host.Services.Influx.Values.SelectMany(i => i.Store.All).Where(s => IsReading(s.Key)).Sum(s => (long)s.Value.Count),
        _ledger.Failed,
        TimeSpan.FromMilliseconds(_host.Services.Lambda.Mappings.Select(m => m.IteratorAgeMilliseconds).DefaultIfEmpty(0).Max()),
        _producer.Throttled,
        _anomalies.Count,
        _host.Faults?.Total);

    /// <inheritdoc/>
    public double UsualRate => 200;

    /// <inheritdoc/>
    public string QueryExample => "devices/machine-01/latest";

    RunSummary IBlueprintRun.Summarize() => Summarize();

    /// <inheritdoc/>
    public string Standing()
    {
        var state = State();
        return string.Create(
            System.Globalization.CultureInfo.InvariantCulture,
            $"in {state.Records:N0} ({state.RecordsPerSecond:N0}/s)  cleansed {state.Cleansed:N0}  rejected {state.Rejected:N0}  stored {state.Stored:N0}  failed {state.Failed:N0}  anomalies {state.Anomalies:N0}  lag {state.Lag.TotalSeconds:0.0} s{(state.Faults is { } faults ? $"  faults {faults:N0}" : "")}");
    }

    /// <summary>What goes wrong at the moment: the last error of each mapping that has one.</summary>
    public IEnumerable<string> Troubles() =>
        from mapping in _host.Services.Lambda.Mappings
        where mapping.LastError is not null
        select $"{mapping.Function.Name}: {mapping.LastError}";

    public PageHello Hello(PagePlace place)
    {
        var state = State(place);
        var history = _host.Services.Influx.Values.SelectMany(i => i.Store.All).Where(s => IsReading(s.Key))
            .SelectMany(s => s.Value.Range(long.MinValue, long.MaxValue).TakeLast(HistoryPerSeries), (s, point) => PageCounts.Point(s.Key, point.Time, point.Value));
        return new(
            _host.StackName,
            _pipeline.Layers(),
            [.. _host.Resources.Select(r => new PageResource(r.Path, r.Type, r.Here))],
            state with { Points = [.. history], Anomalies = _anomalies.Latest });
    }

    public PageState State(PagePlace place)
    {
        var state = State();
        var points = _points.Since(ref place.Points);
        var every = Math.Max(1, points.Count / PointsAtOnce);
        return new(
            _status,
            [.. PageCounts.Totals(state), .. state.Faults is { } faults ? (string[][])[["faults", faults.ToString("N0", System.Globalization.CultureInfo.InvariantCulture)]] : []],
            PageCounts.Nodes(_host, $"{PageCounts.Number(state.Records)} records"),
            _ledger.Reasons,
            [.. points.Where((_, i) => i % every == 0).Select(p => PageCounts.Point(new(p.Measurement, p.Tags, p.Field), p.Nanoseconds, p.Value))],
            _rejected.Since(ref place.Rejected),
            _anomalies.Since(ref place.Anomalies));
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_background).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _http.Dispose();
        _stopping.Dispose();
    }

    private KinesisStream? Stream(string output) =>
        _host.Outputs.TryGetValue(output, out var name) ? _host.Services.Kinesis.TryGet(name) : null;

    private bool IsStored(ReadingKey key) => _host.Services.Influx.Values.Any(i =>
        i.Store.With(key.Metric, "device", key.Device).Any(s => s.Contains(key.Milliseconds * 1_000_000)));

    private void OnWrite(Point point)
    {
        if (IsReading(new(point.Measurement, point.Tags, point.Field)))
        {
            _points.Add(point);
        }
    }

    // Scores are other fields, anomalies a measurement whose name no metric can have.
    private static bool IsReading(SeriesKey key) => key.Field == "value" && !key.Measurement.Contains(':', StringComparison.Ordinal);

    private ValueTask OnRejected(KinesisRecord record)
    {
        using var json = JsonDocument.Parse(record.Data);
        var root = json.RootElement;
        string Text(string name) => root.TryGetProperty(name, out var value) ? value.ToString() : "";
        _ledger.OnRejected(Text("shardId"), Text("sequenceNumber"), root.GetProperty("subSequenceNumber").GetInt32(), Text("reason"));
        _rejected.Add(new(Text("arrival"), Text("reason"), Text("detail"), Text("payload")));
        return ValueTask.CompletedTask;
    }

    private void OnKept(FailureDocument document) => OnKept(document.S3Body);

    // What was given up before a restart lies in a bucket that was kept.
    private void RestoreFailures(HostState? state)
    {
        foreach (var kept in state is null ? [] : _host.Services.S3.Buckets.SelectMany(b => b.List("aws/lambda/")))
        {
            OnKept(File.ReadAllBytes(kept.File));
        }
    }

    private void OnKept(ReadOnlyMemory<byte> body)
    {
        foreach (var (stream, shardId, sequenceNumber, data) in FailedRecords.Of(body))
        {
            if (stream == _readings.Arn)
            {
                _ledger.OnFailed(shardId, sequenceNumber);
            }
            else if (ReadingKey.Of(data) is { } key)
            {
                _ledger.OnFailed(key);
            }
        }
    }

    private bool IsIdle => _host.IsIdle && _rejectedTail?.IsIdle != false;

    private async Task SettleAsync()
    {
        using var timer = new PeriodicTimer(SettleEvery);
        while (await timer.WaitForNextTickAsync(_stopping.Token))
        {
            _ledger.Settle();
        }
    }
}
