using System.Globalization;
using KinesisPatterns.Local.Kinesis;
using KinesisPatterns.Local.Page;
using KinesisPatterns.Local.StatefulFunctions;

namespace KinesisPatterns.Local.Feed;

/// <summary>Feeds a stack with commands to stateful functions, follows each to its end, and says what happened.</summary>
internal sealed class CommandRun : StackRun
{
    private const int EventsKept = 200;
    private const int EventsAtOnce = 60;
    private const int MostLooks = 50;
    private const int ReasonsShown = 12;
    private const string CommandsOutput = "CommandsStreamName";

    private static readonly TimeSpan ListsEvery = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(100);

    private readonly StatefulFunctionsJob _job;
    private readonly CommandLedger _ledger = new();
    private readonly Ring<OrderEvent> _events = new(EventsKept);
    private readonly RateMeter _calls = new();
    private readonly OrderHistory _history;
    private readonly Lock _listing = new();
    private (PageLists? Lists, long Time) _lists;
    private OrderBooks? _books;

    public CommandRun(LocalHost host, string source) : base(host, source, CommandsOutput)
    {
        _job = host.Services.Modules.FirstOrDefault() ?? throw new LocalHostException($"{host.StackName} has no Stateful Functions to feed.");
        var (events, rejected) = (Required("EventsStreamName"), Required("RejectedStreamName"));
        _history = new(_job, events, rejected);
        Begin([new(Fed, OnCommand), new(events, OnEvent), new(rejected, OnRejected)]);
    }

    /// <summary>Whether a stack is one to feed with commands.</summary>
    public static bool IsFor(LocalHost host) => host.Outputs.ContainsKey(CommandsOutput);

    /// <inheritdoc/>
    /// <remarks>A command leads to about four calls over HTTP.</remarks>
    public override double UsualRate => 50;

    /// <inheritdoc/>
    public override string QueryExample => "orders/order-1-00001";

    /// <inheritdoc/>
    public override CommandSummary Summarize()
    {
        var account = _ledger.Close();
        var books = _books ?? new OrderBooks(_job);
        var job = _job.Statistics();
        return new(End())
        {
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
        };
    }

    /// <inheritdoc/>
    public override string Standing()
    {
        var job = _job.Statistics();
        return string.Create(
            CultureInfo.InvariantCulture,
            $"in {Fed.RecordsPut:N0} ({Rate:N0}/s)  calls {job.Calls:N0} ({_calls.Of(job.Calls):N0}/s)  events {_ledger.Events:N0}  rejected {_ledger.Rejected:N0}  timers {job.Timers:N0}  waiting {job.Backlog:N0}  checkpoint {job.Checkpoint?.Number ?? 0}{(job.Restarts > 0 ? $"  restarts {job.Restarts}" : "")}{(Host.Faults is { } faults ? $"  faults {faults.Total:N0}" : "")}");
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Troubles() =>
        (_job.Failure is { } failure ? new[] { $"the job failed and goes back to its last checkpoint: {failure}" } : []).Concat(base.Troubles());

    // Timers go on running: the books count when nothing happened from before they were read until they were compared.
    protected override async Task CheckAsync(CancellationToken cancellation)
    {
        for (var look = 0; look < MostLooks; look++)
        {
            if (IsIdle)
            {
                _books = new(_job);
                Differences = [.. _books.Errors(_ledger)];
                Drained = IsIdle && _job.State.Change == _books.Change;
                if (Drained)
                {
                    return;
                }
            }

            await Task.Delay(Look, cancellation);
        }

        Differences = [];
    }

    protected override IEnumerable<string[]> Totals()
    {
        var job = _job.Statistics();
        return
        [
            ["calls/s", PageCounts.Number((long)Math.Round(_calls.Of(job.Calls)))],
            ["events", PageCounts.Number(_ledger.Events)],
            ["rejected", PageCounts.Number(_ledger.Rejected)],
            ["waiting", PageCounts.Number(job.Backlog)],
        ];
    }

    protected override PageState Fill(PageState state, PagePlace place) => state with
    {
        Reasons = _ledger.Reasons(ReasonsShown),
        Module = new(
            PageModule.FiguresOf(_job.Statistics()), ListsFor(place), [.. _events.Since(ref place.Points).TakeLast(EventsAtOnce).Select(PageEvent.Of)], _job.Failure),
    };

    /// <inheritdoc/>
    public override IReadOnlyList<PageAddress> Find(string text) => _history.Find(text);

    /// <inheritdoc/>
    public override PageHistory? History(string type, string id) => _history.Of(type, id);

    // Once for all browsers, and no more often than eyes can follow.
    private PageLists? ListsFor(PagePlace place)
    {
        lock (_listing)
        {
            if (_lists.Lists is null || TimeProvider.System.GetElapsedTime(_lists.Time) >= ListsEvery)
            {
                _lists = (PageLists.Of(_job.State), TimeProvider.System.GetTimestamp());
            }

            var isNew = place.Lists != _lists.Time;
            place.Lists = _lists.Time;
            return isNew ? _lists.Lists : null;
        }
    }

    protected override IEnumerable<string> Errors()
    {
        if (_job.Failure is { } failure)
        {
            yield return $"the job does not get further: {failure}";
        }
        else if (!Drained)
        {
            var job = _job.Statistics();
            yield return string.Create(
                CultureInfo.InvariantCulture, $"not everything had come to its end when the run was over: {job.Backlog:N0} messages wait, {job.InFlight:N0} calls are under way ({(_job.IsIdle ? "the streams or their readers are not done" : "the job is not idle")}); --drain gives more time");
        }

        foreach (var error in base.Errors())
        {
            yield return error;
        }
    }

    private KinesisStream Required(string output) =>
        Stream(output) ?? throw new LocalHostException($"{Host.StackName} has no output {output} that names a stream, so its commands cannot be followed.");

    private static ValueTask Seen(Action see)
    {
        see();
        return ValueTask.CompletedTask;
    }

    private ValueTask OnCommand(KinesisRecord record) => Seen(() =>
    {
        foreach (var command in UserRecords.Of(record))
        {
            _ledger.OnCommand(command.Data);
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
            Rejections.Add(new(record.Arrival.ToString("O", CultureInfo.InvariantCulture), rejected.Reason, rejected.Id, ValueText.Cut(rejected.Payload)) { Type = rejected.Type });
        }
    });
}
