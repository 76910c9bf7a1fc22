using System.Globalization;
using System.Text.Json;
using KinesisPatterns.Local.Kinesis;
using KinesisPatterns.Local.Lambda;
using KinesisPatterns.Local.Page;
using KinesisPatterns.Local.State;
using KinesisPatterns.Local.Timestream;

namespace KinesisPatterns.Local.Feed;

/// <summary>Feeds a stack with readings, follows each to its end, and says what happened.</summary>
internal sealed class ReadingRun : StackRun
{
    private const int PointsKept = 20_000;
    private const int PointsAtOnce = 2_000;
    private const int HistoryPerSeries = 600;
    private const int AnomaliesKept = 200;

    private static readonly TimeSpan SettleEvery = TimeSpan.FromSeconds(5);

    private readonly KinesisStream? _cleansed;
    private readonly ReadingLedger _ledger;
    private readonly Ring<Point> _points = new(PointsKept);
    private readonly AnomalyLog _anomalies = new(AnomaliesKept);

    public ReadingRun(LocalHost host, string source) : base(host, source, "ReadingsStreamName")
    {
        _cleansed = Stream("CleansedStreamName");
        _ledger = new(IsStored);
        Producer.Ledger = host.Services.State is { } state ? new KeptReadingLedger(_ledger, state) : _ledger;
        RestoreFailures(host.Services.State);
        foreach (var store in host.Services.Influx.Values)
        {
            store.Store.OnWrite = OnWrite;
        }

        host.Recorder.OnKept = OnKept;
        host.Services.Events.OnSent = _anomalies.Add;
        Begin(Stream("RejectedStreamName") is { } rejected ? [new(rejected, OnRejected)] : [], SettleAsync);
    }

    /// <summary>Readings that have come to their end so far.</summary>
    public long Ended => Stored + _ledger.Rejected + _ledger.Failed;

    /// <inheritdoc/>
    public override double UsualRate => 200;

    /// <inheritdoc/>
    public override string QueryExample => "devices/machine-01/latest";

    /// <inheritdoc/>
    public override ReadingSummary Summarize()
    {
        var account = _ledger.Close();
        return new(End())
        {
            Records = account.Records,
            Readings = account.Readings,
            Stored = account.Stored,
            Rejected = account.Rejected,
            Failed = account.Failed,
            Lost = account.Lost,
            Reasons = account.Reasons,
            Missing = account.Missing,
            Anomalies = _anomalies.Count,
            Messages = Host.Services.Events.Sent.GroupBy(m => m.TopicArn[(m.TopicArn.LastIndexOf(':') + 1)..]).ToDictionary(g => g.Key, g => g.LongCount()),
        };
    }

    /// <inheritdoc/>
    public override string Standing() => string.Create(
        CultureInfo.InvariantCulture,
        $"in {Fed.RecordsPut:N0} ({Rate:N0}/s)  cleansed {Cleansed:N0}  rejected {_ledger.Rejected:N0}  stored {Stored:N0}  failed {_ledger.Failed:N0}  anomalies {_anomalies.Count:N0}  lag {Lag.TotalSeconds:0.0} s{(Host.Faults is { } faults ? $"  faults {faults.Total:N0}" : "")}");

    /// <inheritdoc/>
    public override PageHello Hello(PagePlace place)
    {
        var hello = base.Hello(place);
        var history = Series.SelectMany(
            s => s.Value.Range(long.MinValue, long.MaxValue).TakeLast(HistoryPerSeries), (s, point) => PageCounts.Point(s.Key, point.Time, point.Value));
        return hello with { State = hello.State with { Points = [.. history], Anomalies = _anomalies.Latest } };
    }

    protected override async Task CheckAsync(CancellationToken cancellation)
    {
        Drained = IsIdle;
        if (Host.Outputs.TryGetValue("SeriesTableName", out var table))
        {
            Differences = await new SeriesAgreement(Host.Services, table, _ledger.IsFailed).FindDifferencesAsync(cancellation);
        }
    }

    protected override IEnumerable<string[]> Totals() =>
    [
        ["cleansed", PageCounts.Number(Cleansed)],
        ["rejected", PageCounts.Number(_ledger.Rejected)],
        ["stored", PageCounts.Number(Stored)],
        ["failed", PageCounts.Number(_ledger.Failed)],
        ["anomalies", PageCounts.Number(_anomalies.Count)],
        ["lag", PageCounts.Seconds(Lag)],
    ];

    protected override PageState Fill(PageState state, PagePlace place)
    {
        var points = _points.Since(ref place.Points);
        var every = Math.Max(1, points.Count / PointsAtOnce);
        return state with
        {
            Reasons = _ledger.Reasons,
            Points = [.. points.Where((_, i) => i % every == 0).Select(p => PageCounts.Point(new(p.Measurement, p.Tags, p.Field), p.Nanoseconds, p.Value))],
            Anomalies = _anomalies.Since(ref place.Anomalies),
        };
    }

    private long Cleansed => _cleansed?.RecordsPut ?? 0;

    private IEnumerable<KeyValuePair<SeriesKey, Series>> Series => Host.Services.Influx.Values.SelectMany(i => i.Store.All).Where(s => IsReading(s.Key));

    private long Stored => Series.Sum(s => (long)s.Value.Count);

    private TimeSpan Lag => TimeSpan.FromMilliseconds(Host.Services.Lambda.Mappings.Select(m => m.IteratorAgeMilliseconds).DefaultIfEmpty(0).Max());

    private bool IsStored(ReadingKey key) => Host.Services.Influx.Values.Any(i =>
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
        Rejections.Add(new(Text("arrival"), Text("reason"), Text("detail"), Text("payload")));
        return ValueTask.CompletedTask;
    }

    private void OnKept(FailureDocument document) => OnKept(document.S3Body);

    // What was given up before a restart lies in a bucket that was kept.
    private void RestoreFailures(HostState? state)
    {
        foreach (var kept in state is null ? [] : Host.Services.S3.Buckets.SelectMany(b => b.List("aws/lambda/")))
        {
            OnKept(File.ReadAllBytes(kept.File));
        }
    }

    private void OnKept(ReadOnlyMemory<byte> body)
    {
        foreach (var (stream, shardId, sequenceNumber, data) in FailedRecords.Of(body))
        {
            if (stream == Fed.Arn)
            {
                _ledger.OnFailed(shardId, sequenceNumber);
            }
            else if (ReadingKey.Of(data) is { } key)
            {
                _ledger.OnFailed(key);
            }
        }
    }

    private async Task SettleAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(SettleEvery);
        while (await timer.WaitForNextTickAsync(cancellation))
        {
            _ledger.Settle();
        }
    }
}
