using System.Collections.Concurrent;
using KinesisPatterns.Local.Kinesis;
using KinesisPatterns.Local.State;

namespace KinesisPatterns.Local.Lambda;

/// <summary>Reads a stream and invokes a function with what is in it, by the rules of Lambda.</summary>
/// <remarks>https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html</remarks>
internal sealed class EventSourceMapping : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentDictionary<Shard, ShardPoller> _pollers = new();
    private readonly Pulse _progress = new();
    private volatile MappingPlan _plan;
    private Task _running = Task.CompletedTask;

    private EventSourceMapping(
        MappingPlan plan, KinesisStream stream, FunctionDefinition function,
        IFunctionInvoker invoker, LambdaOptions options, MappingTuning tuning)
    {
        (_plan, Stream, Function, Invoker, Options, Tuning) = (plan, stream, function, invoker, options, tuning);
        Gate = new(plan.Settings.Enabled);
        LastModified = options.Time.GetUtcNow();
        Checkpoint = options.Store?.Open(plan.Settings);
        Uuid = Checkpoint?.Uuid ?? Guid.NewGuid().ToString();
    }

    /// <summary>The id in the API, in S3 keys and in logs.</summary>
    public string Uuid { get; }

    /// <summary>How the mapping reads and what it does about failures.</summary>
    public MappingSettings Settings => _plan.Settings;

    /// <summary>The stream it reads.</summary>
    public KinesisStream Stream { get; }

    /// <summary>The consumer it reads as, with throughput of its own; null when it shares that of the shards.</summary>
    public StreamConsumer? Consumer => Stream.Consumers.Find(c => c.Arn == Settings.EventSourceArn);

    /// <summary>The function it invokes.</summary>
    public FunctionDefinition Function { get; }

    /// <summary>What it has done so far.</summary>
    public MappingCounters Counters { get; } = new();

    /// <summary>How old the last record of the last batch was when it was done, in milliseconds.</summary>
    public long IteratorAgeMilliseconds { get; internal set; }

    /// <summary>What went wrong last; null when nothing did.</summary>
    public string? LastError { get; internal set; }

    /// <summary>What the API says of the last invocation.</summary>
    public string LastProcessingResult { get; internal set; } = "No records processed";

    /// <summary>When it was created or changed.</summary>
    public DateTimeOffset LastModified { get; private set; }

    /// <summary>Whether everything that is in the stream has come to its end here.</summary>
    public bool IsIdle => Stream.Shards.All(shard => _pollers.TryGetValue(shard, out var poller) && poller.IsCaughtUp)
        && Counters.InFlight == 0;

    internal IFunctionInvoker Invoker { get; }

    internal LambdaOptions Options { get; }

    internal MappingTuning Tuning { get; }

    internal MappingPlan Plan => _plan;

    /// <summary>What is kept of it beyond this process; null when nothing is.</summary>
    internal MappingCheckpoint? Checkpoint { get; }

    internal Gate Gate { get; }

    internal DateTimeOffset Now => Options.Time.GetUtcNow();

    /// <summary>Prepares a mapping; fails when its settings are not allowed or its stream does not exist.</summary>
    public static EventSourceMapping Create(
        MappingSettings settings, FunctionDefinition function,
        IFunctionInvoker invoker, LambdaOptions options, MappingTuning? tuning = null)
    {
        var plan = MappingPlan.Of(settings, options.Time.GetUtcNow());
        var stream = options.Kinesis.TryGet(settings.EventSourceArn)
            ?? throw LambdaException.InvalidParameter("Stream not found: " + settings.EventSourceArn);
        if (settings.EventSourceArn != stream.Arn && stream.Consumers.TrueForAll(c => c.Arn != settings.EventSourceArn))
        {
            throw LambdaException.InvalidParameter("Stream consumer not found: " + settings.EventSourceArn);
        }

        return new(plan, stream, function, invoker, options, tuning ?? new());
    }

    /// <summary>Starts reading; LATEST means from here on.</summary>
    public void Start()
    {
        Options.Observer?.Started(this);
        if (Tuning.LateStart == TimeSpan.Zero)
        {
            AddPollers(Settings.StartingPosition);
        }

        _running = RunAsync();
    }

    /// <summary>Changes the settings for the batches to come.</summary>
    public void Update(MappingSettings settings)
    {
        _plan = MappingPlan.Of(settings, Now);
        LastModified = Now;
        Gate.IsOpen = settings.Enabled;
    }

    /// <summary>Waits until everything that is in the stream has come to its end here.</summary>
    public async Task WaitUntilIdleAsync(CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var progress = _progress.Next();
            if (IsIdle)
            {
                return;
            }

            await progress.WaitAsync(cancellationToken);
        }
    }

    /// <summary>Stops; what is in flight is abandoned and told to no one.</summary>
    public async ValueTask DisposeAsync()
    {
        _stop.Cancel();
        await _running;
        _stop.Dispose();
        Checkpoint?.Dispose();
    }

    internal bool IsSameAs(EventSourceMapping other) => Stream == other.Stream && Function.Name == other.Function.Name
        && Settings.EventSourceArn == other.Settings.EventSourceArn;

    internal void End(ReadOnlySpan<KinesisRecord> records, RecordOutcome outcome)
    {
        Checkpoint?.Ended(records, outcome.End == RecordEnd.Filtered);
        foreach (ref readonly var record in records)
        {
            Options.Observer?.Ended(this, record.ShardId, record.SequenceNumber, outcome);
            if (Counters.End(outcome.End))
            {
                _progress.Fire();
            }
        }
    }

    internal void ReportProgress() => _progress.Fire();

    /// <summary>Waits until the function's role may read the stream.</summary>
    internal async Task MayReadAsync(CancellationToken cancellationToken)
    {
        for (var attempt = 0; Options.AuthorizePolling?.Invoke(this) is { } refusal; attempt++)
        {
            if (LastError != refusal)
            {
                LastError = refusal;
                Remark(refusal);
            }

            LastProcessingResult = "PROBLEM: Lambda cannot read the stream";
            await BackOff.WaitAsync(attempt, Tuning.FirstRetry, Tuning.LongestRetry, Options.Time, cancellationToken);
        }
    }

    internal void Remark(string text) => Options.OnRemark?.Invoke($"{Function.Name} on {Stream.Name}: {text}");

    private async Task RunAsync()
    {
        var shards = new List<Task>();
        var started = new Dictionary<Shard, Task>();
        try
        {
            if (Tuning.LateStart > TimeSpan.Zero)
            {
                await Task.Delay(Tuning.LateStart, Options.Time, _stop.Token);
                AddPollers(Settings.StartingPosition);
            }

            while (true)
            {
                var reshard = Stream.NextReshard();
                var added = _pollers.Values.Where(p => !started.ContainsKey(p.Shard)).OrderBy(p => p.Shard.Index);
                foreach (var poller in added.ToList())
                {
                    // A shard comes after its parents, so that records of a key stay in order.
                    var parents = poller.Shard.Parents.Where(started.ContainsKey).Select(p => started[p]).ToArray();
                    shards.Add(started[poller.Shard] = RunAsync(poller, parents));
                }

                ReportProgress();
                await reshard.WaitAsync(_stop.Token);
                AddPollers(ShardPosition.TrimHorizon);
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(shards);
        }
    }

    private void AddPollers(ShardPosition position)
    {
        foreach (var shard in Stream.Shards)
        {
            _pollers.GetOrAdd(shard, s => new(this, new ShardReader(s, Checkpoint?.PositionIn(s, position) ?? position)));
        }
    }

    private async Task RunAsync(ShardPoller poller, Task[] parents)
    {
        try
        {
            await Task.WhenAll(parents).WaitAsync(_stop.Token);
            await Task.Yield();
            await poller.RunAsync(_stop.Token);
        }
        catch (OperationCanceledException)
        {
            // The mapping was stopped.
        }
        catch (Exception e)
        {
            LastError = e.Message;
            Remark($"{poller.Shard.Id} is read no further: {e}");
        }
    }
}
