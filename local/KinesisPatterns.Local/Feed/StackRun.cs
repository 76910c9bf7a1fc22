using KinesisPatterns.Local.Hosting;
using KinesisPatterns.Local.Kinesis;
using KinesisPatterns.Local.Page;

namespace KinesisPatterns.Local.Feed;

/// <summary>One run of a stack: it is fed, what was fed is followed to its end, and the page shows what happens.</summary>
internal abstract class StackRun : IPageSource, IAsyncDisposable
{
    private const int RejectedKept = 60;
    private const int DifferencesShown = 10;

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    private readonly HttpClient _http = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Pipeline _pipeline;
    private readonly RateMeter _rate = new();
    private readonly DateTimeOffset _started = TimeProvider.System.GetUtcNow();
    private IReadOnlyList<StreamTail> _tails = [];
    private IReadOnlyList<Task> _background = [];
    private string _status = "running";

    /// <param name="host">Runs the stack.</param>
    /// <param name="source">What the page calls that which feeds it.</param>
    /// <param name="output">The output that names the stream to feed.</param>
    protected StackRun(LocalHost host, string source, string output)
    {
        Host = host;
        Fed = Stream(output) ?? throw new LocalHostException($"{host.StackName} has no output {output} that names a stream, so it is not known which stream to feed.");
        FedBefore = Fed.RecordsPut;
        Producer = new(_http, host.Endpoint, Fed.Name);
        _pipeline = new(host.Deployment, source);
    }

    /// <summary>Records a second to feed when nobody says how many.</summary>
    public abstract double UsualRate { get; }

    /// <summary>A path of the query API to try, relative to its URL.</summary>
    public abstract string QueryExample { get; }

    /// <summary>Records that earlier runs on the same state have fed.</summary>
    public long FedBefore { get; }

    protected LocalHost Host { get; }

    /// <summary>The stream that is fed.</summary>
    protected KinesisStream Fed { get; }

    protected Producer Producer { get; }

    /// <summary>What was turned away last.</summary>
    protected Ring<PageRejected> Rejections { get; } = new(RejectedKept);

    /// <summary>Whether everything that was fed had come to its end when the run was drained.</summary>
    protected bool Drained { get; set; }

    /// <summary>What does not agree with each other at the end.</summary>
    protected IReadOnlyList<string> Differences { get; set; } = [];

    protected double Rate => _rate.Of(Fed.RecordsPut);

    protected bool IsIdle => Host.IsIdle && _tails.All(tail => tail.IsIdle);

    /// <summary>Feeds until the records or the time are over; whatever was put is seen through.</summary>
    public Task FeedAsync(IEnumerable<FedRecord> records, double? rate, CancellationToken cancellation) =>
        Producer.PutAllAsync(records, rate, cancellation);

    /// <summary>Waits until everything has come to its end, but no longer than <paramref name="most"/>.</summary>
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

        await CheckAsync(cancellation);

        // Last: timers go on running, and what they lead to is archived, too.
        await Host.Services.Firehose.FlushAsync(cancellation);
        _status = "finished";
    }

    public abstract RunSummary Summarize();

    /// <summary>What the run stands at, in a line.</summary>
    public abstract string Standing();

    /// <summary>What goes wrong at the moment: the last error of each mapping that has one.</summary>
    public virtual IEnumerable<string> Troubles() =>
        from mapping in Host.Services.Lambda.Mappings
        where mapping.LastError is not null
        select $"{mapping.Function.Name}: {mapping.LastError}";

    public virtual PageHello Hello(PagePlace place) => new(
        Host.StackName, _pipeline.Layers(), [.. Host.Resources.Select(r => new PageResource(r.Path, r.Type, r.Here))], State(place));

    public PageState State(PagePlace place)
    {
        var faults = Host.Faults is { } plan ? (string[][])[["faults", PageCounts.Number(plan.Total)]] : [];
        return Fill(
            new()
            {
                Status = _status,
                Totals = [["in", PageCounts.Number(Fed.RecordsPut)], ["per second", PageCounts.Number((long)Math.Round(Rate))], .. Totals(), .. faults],
                Nodes = PageCounts.Nodes(Host, $"{PageCounts.Number(Fed.RecordsPut)} records"),
                Rejected = Rejections.Since(ref place.Rejected),
            },
            place);
    }

    /// <inheritdoc/>
    public virtual IReadOnlyList<PageAddress> Find(string text) => [];

    /// <inheritdoc/>
    public virtual PageHistory? History(string type, string id) => null;

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_background).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _http.Dispose();
        _stopping.Dispose();
    }

    /// <summary>Begins to follow streams; the last thing that the constructor of a run does.</summary>
    protected void Begin(IReadOnlyList<StreamTail> tails, params IEnumerable<Func<CancellationToken, Task>> others)
    {
        _tails = tails;
        _background = [.. tails.Select(tail => tail.RunAsync(_stopping.Token)), .. others.Select(other => other(_stopping.Token))];
        Host.PageSource = this;
    }

    /// <summary>Says at the end of a drained run whether it is complete and agrees with itself.</summary>
    protected abstract Task CheckAsync(CancellationToken cancellation);

    /// <summary>What the page's head counts, besides what is fed and the faults.</summary>
    protected abstract IEnumerable<string[]> Totals();

    /// <summary>What the page shows of this kind of records.</summary>
    protected abstract PageState Fill(PageState state, PagePlace place);

    /// <summary>The stream that an output names; null when none does.</summary>
    protected KinesisStream? Stream(string output) => Host.Outputs.TryGetValue(output, out var name) ? Host.Services.Kinesis.TryGet(name) : null;

    /// <summary>What every summary says.</summary>
    protected RunEnd End() => new(
        Host, Math.Round((TimeProvider.System.GetUtcNow() - _started).TotalSeconds, 1), Drained, Producer.Throttled, [.. Errors()]);

    // What was not seen through yet has no end, and is counted as lost already.
    protected virtual IEnumerable<string> Errors()
    {
        foreach (var failed in _background.Where(task => task.IsFaulted))
        {
            yield return $"the run could not be followed: {failed.Exception!.InnerException!.Message}";
        }

        if (Host.Services.Firehose.Error is { } archive)
        {
            yield return archive.Message;
        }

        foreach (var call in Host.Refused)
        {
            yield return $"refused {call.Times} times: {call.Principal}: {call.Action} on {call.Resource}";
        }

        foreach (var difference in Differences.Take(DifferencesShown))
        {
            yield return difference;
        }

        foreach (var finding in Host.Ledger.Check().Findings.Where(f => f.Rule is not (LedgerRule.NoEnd or LedgerRule.Blocked or LedgerRule.Dropped)))
        {
            yield return finding.ToString();
        }
    }
}
