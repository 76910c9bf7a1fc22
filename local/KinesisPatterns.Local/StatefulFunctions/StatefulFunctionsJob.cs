using KinesisPatterns.Local.Faults;
using KinesisPatterns.Local.Hosting;
using KinesisPatterns.Local.Iam;
using KinesisPatterns.Local.Kinesis;
using KinesisRecord = KinesisPatterns.Local.Kinesis.KinesisRecord;

namespace KinesisPatterns.Local.StatefulFunctions;

/// <summary>
/// Plays the runtime of Stateful Functions: hands records of streams to functions over HTTP, keeps their state, lets their timers run, sends on what
/// they send, and goes on from its last checkpoint after a failure. State, messages between functions and timers have their effect exactly once; a
/// record for a stream may come again after a failure, as it does with the Kinesis egress of Flink.
/// </summary>
internal sealed class StatefulFunctionsJob : IAsyncDisposable
{
    private static readonly TimeSpan LongestRestart = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan WhileFull = TimeSpan.FromMilliseconds(5);

    private readonly KinesisService _kinesis;
    private readonly Caller? _role;
    private readonly TimeProvider _clock;
    private readonly FaultPlan? _faults;
    private readonly JobOptions _options;
    private readonly Checkpointing _checkpoints;
    private readonly Action<string> _remark;
    private readonly FunctionClient _client;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Pulse _work = new();
    private readonly Pulse _timers = new();
    private Task _running = Task.CompletedTask;
    private TaskCompletionSource _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private IReadOnlyList<StreamTail> _tails = [];
    private int _restarts;
    private volatile string? _failure;

    /// <param name="module">What it serves.</param>
    /// <param name="kinesis">The streams.</param>
    /// <param name="checkpoints">Where it keeps its state.</param>
    /// <param name="role">Who reads and writes streams; null where permissions are not enforced.</param>
    /// <param name="remark">Is told why it failed.</param>
    /// <param name="clock">Tells functions' timers the time.</param>
    /// <param name="options">How it runs.</param>
    /// <param name="faults">What goes wrong; null when nothing does on purpose.</param>
    public StatefulFunctionsJob(
        ModuleDescription module, KinesisService kinesis, CheckpointStore checkpoints, Caller? role, Action<string> remark, TimeProvider clock, JobOptions? options = null, FaultPlan? faults = null)
    {
        (Module, _kinesis, _role, _remark, _clock, _faults) = (module, kinesis, role, remark, clock, faults);
        _options = options ?? new();
        _client = new(module.Endpoints, _options.Pool, _options.Call);

        // One number for the whole module: what waits for an address knows no endpoint.
        State = new(module.Endpoints.Min(e => e.MaximumBatch));
        _checkpoints = new(checkpoints, State, _options, TimeProvider.System)
        {
            OnComplete = () => _failure = null,
            OnFailed = why => _remark($"{Module.Path}: a checkpoint failed: {why}"),
        };
    }

    public ModuleDescription Module { get; }

    /// <summary>What it knows.</summary>
    public JobState State { get; }

    /// <summary>
    /// Whether every record was read, no message waits, everything that was sent has arrived, and the job has come further than where it failed last.
    /// Timers may be running.
    /// </summary>
    public bool IsIdle
    {
        get
        {
            var tails = _tails;
            return _failure is null && tails.Count == Module.Ingresses.Count && tails.All(t => t.IsIdle) && State.IsIdle;
        }
    }

    /// <summary>Why the job failed and has not come further since; null while it does.</summary>
    public string? Failure => _failure;

    public JobStatistics Statistics() => State.Statistics() with
    {
        FailedAttempts = _client.Failed,
        Restarts = Volatile.Read(ref _restarts),
        Failure = _failure,
        FailedCheckpoints = _checkpoints.Failed,
        Checkpoint = _checkpoints.Last,
    };

    public void Start() => _running = Task.Run(RunAsync);

    /// <summary>Takes the job's state from it in the middle of its work, as when a task manager is lost: it goes back to its last checkpoint.</summary>
    public void Lose() => Volatile.Read(ref _lost).TrySetException(new CallFailedException("injected fault: a task manager is lost"));

    /// <summary>Stops with a last checkpoint, from which the next job goes on.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _client.Dispose();
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        for (var pause = _options.RestartAfter; !_stopping.IsCancellationRequested;)
        {
            var before = _checkpoints.Last?.Number;
            try
            {
                await RunOnceAsync(_stopping.Token);
                return;
            }
            catch (Exception error) when (!_stopping.IsCancellationRequested)
            {
                // Whatever it was: a Flink job that fails begins again, for ever.
                if (_checkpoints.Last?.Number != before)
                {
                    pause = _options.RestartAfter;
                }

                Failed(error, pause);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.Delay(pause, TimeProvider.System, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 1.5 < LongestRestart ? pause * 1.5 : LongestRestart;
        }
    }

    private void Failed(Exception error, TimeSpan pause)
    {
        Interlocked.Increment(ref _restarts);
        _failure = error.Message;
        _tails = [];
        _remark($"{Module.Path}: the job failed: {error.Message}; it begins again in {pause.TotalSeconds:0.#} s from {(_checkpoints.Last is { } c ? $"checkpoint {c.Number}" : "the start")}");
    }

    private async Task RunOnceAsync(CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var egress = new EgressQueue(_kinesis, Module.Egresses, _role, _faults);
        var checkpoint = await _checkpoints.RestoreAsync(ending.Token);
        List<StreamTail> tails = [.. Module.Ingresses.Select(ingress => TailOf(ingress, ending.Token))];
        State.Restore(checkpoint, egress);
        _lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _tails = tails;
        Task[] parts =
        [
            .. tails.Select(tail => tail.RunAsync(ending.Token)),
            .. Enumerable.Range(0, _options.Pool).Select(_ => WorkAsync(ending.Token)),
            FireTimersAsync(ending.Token),
            egress.RunAsync(ending.Token),
            _checkpoints.RunAsync(ending.Token),
            _lost.Task.WaitAsync(ending.Token),
        ];
        var first = await Task.WhenAny(parts);
        await ending.CancelAsync();
        await Task.WhenAll(parts).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (cancellation.IsCancellationRequested)
        {
            await StopAsync(egress);
        }

        await first;
        throw new CallFailedException($"the stream of an ingress was deleted; it reads {string.Join(", ", Module.Ingresses.Select(i => i.Stream))}");
    }

    private StreamTail TailOf(ModuleIngress ingress, CancellationToken ending)
    {
        var stream = _kinesis.TryGet(ingress.Stream) ?? throw new LocalHostException($"{Module.Path}: the ingress {ingress.Id} reads '{ingress.Stream}', which is no stream here");
        if (_role is not null && KinesisRights.ConsumerRefusal(_role, stream) is { } refusal)
        {
            throw new LocalHostException($"{Module.Path}: {refusal}");
        }

        return new(
            stream,
            record => IngestAsync(ingress, record, ending),
            shard => State.PositionOf(ingress.Id, shard.Id) is { } next ? Math.Min(next, shard.NextCounter) : null);
    }

    private async ValueTask IngestAsync(ModuleIngress ingress, KinesisRecord record, CancellationToken cancellation)
    {
        while (State.IsFull)
        {
            await Task.Delay(WhileFull, cancellation);
        }

        var users = UserRecords.Of(record);
        if (users.Count == 0)
        {
            _remark($"{Module.Path}: record {record.SequenceNumber} of {ingress.Stream} is an aggregate with records of another shard, or with none; it is left out, as Flink's consumer does");
        }

        State.Ingest(ingress, record, users);
        _work.Fire();
    }

    private async Task WorkAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var work = _work.Next();
            var call = State.TryBegin(_clock.GetUtcNow());
            if (call is null)
            {
                await work.WaitAsync(cancellation);
                continue;
            }

            while (call is not null)
            {
                var reply = await _client.CallAsync(call, cancellation);
                call = State.Complete(call, reply, _clock.GetUtcNow());
            }

            _work.Fire();
            _timers.Fire();
        }
    }

    private async Task FireTimersAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var changed = _timers.Next();
            if (State.Fire(_clock.GetUtcNow()))
            {
                _work.Fire();
            }

            using var sooner = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var wait = State.NextDue is { } due ? Delay(due - _clock.GetUtcNow(), sooner.Token) : Task.Delay(Timeout.Infinite, sooner.Token);
            await Task.WhenAny(changed, wait);
            await sooner.CancelAsync();
            cancellation.ThrowIfCancellationRequested();
        }
    }

    // A timer of the platform holds less than fifty days.
    private Task Delay(TimeSpan time, CancellationToken cancellation) =>
        Task.Delay(time < TimeSpan.Zero ? TimeSpan.Zero : time > TimeSpan.FromDays(1) ? TimeSpan.FromDays(1) : time, _clock, cancellation);

    // Records that are still on their way are sent first, so that the next job does not have to send them again.
    private async Task StopAsync(EgressQueue egress)
    {
        using var limit = new CancellationTokenSource(LongestStop);
        var sending = egress.RunAsync(limit.Token);
        try
        {
            await _checkpoints.SaveAsync(limit.Token);
        }
        catch (Exception error) when (error is OperationCanceledException or IOException or UnauthorizedAccessException or AccessDeniedException or InjectedFaultException)
        {
            _remark($"{Module.Path}: no last checkpoint ({error.Message}); the next run goes on from the one before");
        }

        await limit.CancelAsync();
        await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
