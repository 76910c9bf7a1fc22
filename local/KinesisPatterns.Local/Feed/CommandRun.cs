using System.Globalization;
using KinesisPatterns.Local.Hosting;
using KinesisPatterns.Local.Kinesis;
using KinesisPatterns.Local.Lambda;
using KinesisPatterns.Local.Page;
using KinesisPatterns.Local.StatefulFunctions;

namespace KinesisPatterns.Local.Feed;

/// <summary>Feeds a stack with commands to stateful functions, follows each to its end, and says what happened.</summary>
internal sealed class CommandRun : IPageSource, IBlueprintRun
{
    private const int RejectedKept = 60;
    private const int EventsKept = 200;
    private const int MostLooks = 50;
    private const string CommandsOutput = "CommandsStreamName";

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    private readonly LocalHost _host;
    private readonly StatefulFunctionsJob _job;
    private readonly KinesisStream _commands;
    private readonly CommandLedger _ledger = new();
    private readonly List<StreamTail> _tails;
    private readonly Producer _producer;
    private readonly HttpClient _http = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Ring<PageRejected> _rejected = new(RejectedKept);
    private readonly Ring<OrderEvent> _events = new(EventsKept);
    private readonly Pipeline _pipeline;
    private readonly RateMeter _rate = new();
    private readonly RateMeter _calls = new();
    private readonly Task _reading;
    private readonly DateTimeOffset _started = TimeProvider.System.GetUtcNow();
    private string _status = "running";
    private bool _drained;
    private OrderBooks? _books;
    private IReadOnlyList<string> _differences = [];

    public CommandRun(LocalHost host, string source)
    {
        _host = host;
        _job = host.Services.Modules.FirstOrDefault() ?? throw new LocalHostException($"{host.StackName} has no Stateful Functions to feed.");
        _commands = Stream(CommandsOutput);
        _producer = new(_http, host.Endpoint, _commands.Name);
        _pipeline = new(host.Deployment, source);
        _tails = [new(_commands, OnCommand), new(Stream("EventsStreamName"), OnEvent), new(Stream("RejectedStreamName"), OnRejected)];
        _reading = Task.WhenAll(_tails.Select(t => t.RunAsync(_stopping.Token)));
        host.PageSource = this;
    }

    /// <summary>Whether a stack is one to feed with commands.</summary>
    public static bool IsFor(LocalHost host) => host.Outputs.ContainsKey(CommandsOutput);

    // A command leads to about four calls over HTTP.
    public double UsualRate => 50;

    /// <inheritdoc/>
    public string QueryExample => "orders/order-1-00001";

    /// <inheritdoc/>
    public Task FeedAsync(IEnumerable<FedRecord> records, double? rate, CancellationToken cancellation) =>
        _producer.PutAllAsync(records, rate, cancellation);

    /// <inheritdoc/>
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
        await CheckAsync(cancellation);
        _status = "finished";
    }

    // Timers go on running: the books count when nothing happened from before they were read until they were compared.
    private async Task CheckAsync(CancellationToken cancellation)
    {
        for (var look = 0; look < MostLooks; look++)
        {
            var wasIdle = IsIdle;
            _books = new(_job);
            _differences = [.. _books.Errors(_ledger)];
            _drained = wasIdle && IsIdle && _job.Moment().Change == _books.Change;
            if (_drained)
            {
                return;
            }

            await Task.Delay(Look, cancellation);
        }

        _differences = [];
    }

    RunSummary IBlueprintRun.Summarize() => Summarize();

    public CommandSummary Summarize()
    {
        var account = _ledger.Close();
        var books = _books ?? new OrderBooks(_job);
        var job = _job.Statistics();
        return new()
        {
            Blueprint = _host.StackName,
            Seconds = Math.Round((TimeProvider.System.GetUtcNow() - _started).TotalSeconds, 1),
            Records = account.Commands,
            Decided = account.Decided,
            Rejected = account.Rejected,
            Repeated = account.Repeated,
            Lost = account.Lost,
            Missing = account.Missing,
            Reasons = account.Reasons,
            Events = account.Events,
            EventsAgain = account.EventsAgain,
            EventsReplaced = account.EventsReplaced,
            Orders = books.Orders,
            Waiting = books.Waiting,
            Calls = job.Calls,
            Messages = job.Messages,
            LargestBatch = job.LargestBatch,
            FailedAttempts = job.FailedAttempts,
            Checkpoints = job.Checkpoint?.Number ?? 0,
            Restarts = job.Restarts,
            Drained = _drained,
            Archived = _host.Services.Firehose.Streams.ToDictionary(s => s.Name, s => s.Delivered),
            Throttled = _producer.Throttled,
            Dropped = _host.Recorder.Count(RecordEnd.Dropped),
            Permissions = PermissionSummary.Of(_host),
            Faults = _host.FaultCounts,
            Errors = [.. Errors()],
        };
    }

    /// <inheritdoc/>
    public string Standing()
    {
        var job = _job.Statistics();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"in {_commands.RecordsPut:N0} ({_rate.Of(_commands.RecordsPut):N0}/s)  calls {job.Calls:N0} ({_calls.Of(job.Calls):N0}/s)  events {_ledger.Events:N0}  rejected {_ledger.Rejected:N0}  timers {_job.Timers.Count:N0}  waiting {job.Backlog:N0}  checkpoint {job.Checkpoint?.Number ?? 0}{(job.Restarts > 0 ? $"  restarts {job.Restarts}" : "")}{(_host.Faults is { } faults ? $"  faults {faults.Total:N0}" : "")}");
    }

    /// <inheritdoc/>
    public IEnumerable<string> Troubles() =>
        (_job.Failure is { } failure ? new[] { $"the job failed and goes back to its last checkpoint: {failure}" } : [])
            .Concat(_host.Services.Lambda.Mappings.Where(m => m.LastError is not null).Select(m => $"{m.Function.Name}: {m.LastError}"));

    public PageHello Hello(PagePlace place) => new(
        _host.StackName,
        _pipeline.Layers(),
        [.. _host.Resources.Select(r => new PageResource(r.Path, r.Type, r.Here))],
        State(place));

    public PageState State(PagePlace place)
    {
        var job = _job.Statistics();
        string[][] totals =
        [
            ["in", PageCounts.Number(_commands.RecordsPut)],
            ["per second", PageCounts.Number((long)Math.Round(_rate.Of(_commands.RecordsPut)))],
            ["calls/s", PageCounts.Number((long)Math.Round(_calls.Of(job.Calls)))],
            ["events", PageCounts.Number(_ledger.Events)],
            ["rejected", PageCounts.Number(_ledger.Rejected)],
            ["waiting", PageCounts.Number(job.Backlog)],
            .. _host.Faults is { } faults ? (string[][])[["faults", PageCounts.Number(faults.Total)]] : [],
        ];
        return new(_status, totals, PageCounts.Nodes(_host, $"{PageCounts.Number(_commands.RecordsPut)} records"), _ledger.Close().Reasons, [], _rejected.Since(ref place.Rejected), [])
        {
            Module = PageModule.Of(_job, job, _events.Since(ref place.Points)),
        };
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _http.Dispose();
        _stopping.Dispose();
    }

    private bool IsIdle => _host.IsIdle && _tails.All(t => t.IsIdle);

    private KinesisStream Stream(string output) =>
        _host.Outputs.TryGetValue(output, out var name) && _host.Services.Kinesis.TryGet(name) is { } stream
            ? stream
            : throw new LocalHostException($"{_host.StackName} has no output {output} that names a stream, so its commands cannot be followed.");

    private static ValueTask Seen(Action see)
    {
        see();
        return ValueTask.CompletedTask;
    }

    private ValueTask OnCommand(KinesisRecord record) => Seen(() =>
    {
        foreach (var user in UserRecords.Of(record))
        {
            _ledger.OnCommand(user.Data);
        }
    });

    private ValueTask OnEvent(KinesisRecord record) => Seen(() =>
    {
        if (_ledger.OnEvent(record.Data.Span) is { } happened)
        {
            _events.Add(happened);
        }
    });

    private ValueTask OnRejected(KinesisRecord record) => Seen(() =>
    {
        if (_ledger.OnRejected(record.Data.Span) is { } rejected)
        {
            _rejected.Add(new(record.Arrival.ToString("O", CultureInfo.InvariantCulture), rejected.Id, rejected.Reason, rejected.Payload));
        }
    });

    private IEnumerable<string> Errors()
    {
        if (_reading.Exception?.InnerException is { } reading)
        {
            yield return $"a stream could not be followed: {reading.Message}";
        }

        if (_job.Failure is { } failure)
        {
            yield return $"the job does not get further: {failure}";
        }

        if (_host.Services.Firehose.Error is { } error)
        {
            yield return error.Message;
        }

        foreach (var call in _host.Refused)
        {
            yield return $"refused {call.Times} times: {call.Principal}: {call.Action} on {call.Resource}";
        }

        foreach (var difference in _differences.Take(10))
        {
            yield return difference;
        }

        foreach (var finding in _host.Ledger.Check().Findings.Where(f => f.Rule is not (LedgerRule.NoEnd or LedgerRule.Blocked or LedgerRule.Dropped)))
        {
            yield return finding.ToString();
        }
    }
}
