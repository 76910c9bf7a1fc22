using System.Collections.Concurrent;
using KinesisPatterns.Local.Hosting;
using KinesisPatterns.Local.Iam;
using KinesisPatterns.Local.Kinesis;
using KinesisPatterns.StateFun;
using KinesisPatterns.StateFun.Testing;
using KinesisRecord = KinesisPatterns.Local.Kinesis.KinesisRecord;

namespace KinesisPatterns.Local.StatefulFunctions;

/// <summary>How a job runs here.</summary>
internal sealed record JobOptions
{
    /// <summary>How many calls there may be at once. On AWS a thousand and more; here each is a process.</summary>
    public int Pool { get; init; } = Math.Clamp(Environment.ProcessorCount * 2, 4, 16);

    /// <summary>How long a call may take with everything that is tried again: <c>call</c>.</summary>
    public TimeSpan Call { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How often there is a checkpoint.</summary>
    public TimeSpan CheckpointEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long the job waits before it begins again; half as long again each time it fails, up to a minute.</summary>
    public TimeSpan RestartAfter { get; init; } = TimeSpan.FromSeconds(1);
}

/// <summary>
/// Plays the runtime of Stateful Functions: hands records of streams to functions over HTTP, keeps their state, lets their timers run, sends on what
/// they send, and goes on from its last checkpoint after a failure. State, messages between functions and timers have their effect exactly once; a
/// record for a stream may come again after a failure, as it does with the Kinesis egress of Flink.
/// </summary>
internal sealed class StatefulFunctionsJob : IAsyncDisposable
{
    // Behind so many messages the streams wait.
    private const int MostWaiting = 10_000;

    private const int CalledKept = 200;

    private static readonly TimeSpan LongestRestart = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan WhileFull = TimeSpan.FromMilliseconds(5);

    private readonly KinesisService _kinesis;
    private readonly Caller? _role;
    private readonly TimeProvider _clock;
    private readonly JobOptions _options;
    private readonly CheckpointFolder _checkpoints;
    private readonly Action<string> _remark;
    private readonly FunctionClient _client;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private readonly Pulse _work = new();
    private readonly Pulse _timers = new();
    private Task _running = Task.CompletedTask;
    private RuntimeState _state;
    private ConcurrentDictionary<(string Stream, string Shard), long> _positions = new();
    private EgressQueue _egress;
    private List<StreamTail> _tails = [];
    private readonly Queue<Address> _called = new();
    private long _changes;
    private long _savedChanges = -1;
    private long _calls;
    private long _messages;
    private long _egressed;
    private int _largestBatch;
    private int _restarts;
    private string? _failure;
    private CheckpointStatus? _checkpoint;

    public StatefulFunctionsJob(
        ModuleDescription module, KinesisService kinesis, CheckpointFolder checkpoints, Caller? role, Action<string> remark, TimeProvider clock, JobOptions? options = null)
    {
        (Module, _kinesis, _checkpoints, _role, _remark, _clock) = (module, kinesis, checkpoints, role, remark, clock);
        _options = options ?? new();
        _client = new(module.Endpoints, _options.Pool, _options.Call);
        _state = new(MaximumBatch);
        _egress = new(kinesis, module.Egresses, role);
    }

    public ModuleDescription Module { get; }

    /// <summary>Whether every record was read, no message waits, and everything that was sent has arrived. Timers may be running.</summary>
    public bool IsIdle
    {
        get
        {
            lock (_lock)
            {
                return _tails.Count == Module.Ingresses.Count && _tails.All(t => t.IsIdle) && _state.IsIdle && _egress.Waiting == 0;
            }
        }
    }

    /// <summary>Why the job failed and does not run now; null while it runs.</summary>
    public string? Failure
    {
        get
        {
            lock (_lock)
            {
                return _failure;
            }
        }
    }

    /// <summary>Timers that are running, the next one first.</summary>
    public IReadOnlyList<PendingTimer> Timers
    {
        get
        {
            lock (_lock)
            {
                return [.. _state.Timers];
            }
        }
    }

    /// <summary>Every address that has values, with them.</summary>
    public IReadOnlyList<KeyValuePair<Address, IReadOnlyDictionary<string, TypedValue>>> Values
    {
        get
        {
            lock (_lock)
            {
                return [.. _state.Values];
            }
        }
    }

    /// <summary>Values and timers of one moment, and the number of the last change before it.</summary>
    public (IReadOnlyList<KeyValuePair<Address, IReadOnlyDictionary<string, TypedValue>>> Values, IReadOnlyList<PendingTimer> Timers, long Change) Moment()
    {
        lock (_lock)
        {
            return ([.. _state.Values], [.. _state.Timers], _changes);
        }
    }

    /// <summary>The addresses with values that were called last, the newest first.</summary>
    /// <param name="most">How many.</param>
    /// <param name="all">How many there are.</param>
    public IReadOnlyList<KeyValuePair<Address, IReadOnlyDictionary<string, TypedValue>>> Latest(int most, out long all)
    {
        lock (_lock)
        {
            var values = _state.Values.ToDictionary();
            all = values.Count;
            return [.. _called.AsEnumerable().Reverse().Distinct().Where(values.ContainsKey).Take(most).Select(a => KeyValuePair.Create(a, values[a]))];
        }
    }

    // One number for the whole module: RuntimeState knows no endpoints.
    private int MaximumBatch => Module.Endpoints.Min(e => e.MaximumBatch);

    public JobStatistics Statistics()
    {
        lock (_lock)
        {
            return new(_calls, _messages, _largestBatch, _client.Failed, _state.InFlight, _state.Backlog, _egressed + _egress.Sent, _restarts, _failure, _checkpoint);
        }
    }

    public void Start() => _running = Task.Run(RunAsync);

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
            var before = _checkpoint?.Number;
            try
            {
                await RunOnceAsync(_stopping.Token);
                return;
            }
            catch (Exception error) when (!_stopping.IsCancellationRequested)
            {
                // Whatever it was: a Flink job that fails begins again, for ever.
                if (_checkpoint?.Number != before)
                {
                    pause = _options.RestartAfter;
                }

                Failed(error, pause);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.Delay(pause, _clock, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = pause * 1.5 < LongestRestart ? pause * 1.5 : LongestRestart;
        }
    }

    private void Failed(Exception error, TimeSpan pause)
    {
        lock (_lock)
        {
            _restarts++;
            _failure = error.Message;
            _egressed += _egress.Sent;
            _tails = [];
        }

        _remark($"{Module.Path}: the job failed: {error.Message}; it begins again in {pause.TotalSeconds:0.#} s from {(_checkpoint is { } c ? $"checkpoint {c.Number}" : "the start")}");
    }

    private async Task RunOnceAsync(CancellationToken cancellation)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Restore(ending.Token);
        Task[] parts =
        [
            .. _tails.Select(tail => tail.RunAsync(ending.Token)),
            .. Enumerable.Range(0, _options.Pool).Select(_ => WorkAsync(ending.Token)),
            FireTimersAsync(ending.Token),
            _egress.RunAsync(ending.Token),
            SaveRegularlyAsync(ending.Token),
        ];
        var first = await Task.WhenAny(parts);
        await ending.CancelAsync();
        await Task.WhenAll(parts).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (cancellation.IsCancellationRequested)
        {
            await StopAsync();
        }

        await first;
    }

    private void Restore(CancellationToken ending)
    {
        var checkpoint = _checkpoints.Latest();
        var state = checkpoint is null ? new RuntimeState(MaximumBatch) : RuntimeState.Restore(checkpoint.State, MaximumBatch);
        var positions = new ConcurrentDictionary<(string, string), long>(
            from stream in checkpoint?.Positions ?? new Dictionary<string, IReadOnlyDictionary<string, long>>()
            from shard in stream.Value
            select KeyValuePair.Create((stream.Key, shard.Key), shard.Value));
        List<StreamTail> tails = [.. Module.Ingresses.Select(ingress => TailOf(ingress, positions, ending))];
        lock (_lock)
        {
            _state = state;
            _positions = positions;
            _egress = new(_kinesis, Module.Egresses, _role);
            _tails = tails;
            _checkpoint = checkpoint is null ? null : _checkpoint ?? new(checkpoint.Number, _clock.GetUtcNow(), 0, default);
            _savedChanges = checkpoint is null ? -1 : _changes;
        }
    }

    private StreamTail TailOf(ModuleIngress ingress, ConcurrentDictionary<(string Stream, string Shard), long> positions, CancellationToken ending)
    {
        var stream = _kinesis.TryGet(ingress.Stream) ?? throw new LocalHostException($"{Module.Path}: the ingress {ingress.Id} reads '{ingress.Stream}', which is no stream here");
        if (_role is not null && KinesisRights.ConsumerRefusal(_role, stream) is { } refusal)
        {
            throw new LocalHostException($"{Module.Path}: {refusal}");
        }

        return new(
            stream,
            record => IngestAsync(ingress, record, ending),
            shard => positions.TryGetValue((stream.Name, shard.Id), out var next) ? Math.Min(next, shard.NextCounter) : null);
    }

    private async ValueTask IngestAsync(ModuleIngress ingress, KinesisRecord record, CancellationToken cancellation)
    {
        while (IsFull)
        {
            await Task.Delay(WhileFull, cancellation);
        }

        var users = UserRecords.Of(record);
        if (users.Count == 0)
        {
            _remark($"{Module.Path}: record {record.SequenceNumber} of {ingress.Stream} is an aggregate with records of another shard, or with none; it is left out, as Flink's consumer does");
        }

        lock (_lock)
        {
            foreach (var user in users)
            {
                var argument = new TypedValue(ingress.ValueType, user.Data);
                foreach (var target in ingress.Targets)
                {
                    _state.Send(target.WithId(user.PartitionKey), argument);
                }
            }

            _positions[(ingress.Stream, record.ShardId)] = record.Counter + 1;
            _changes++;
        }

        _work.Fire();
    }

    private bool IsFull
    {
        get
        {
            lock (_lock)
            {
                return _state.Backlog + _egress.Waiting >= MostWaiting;
            }
        }
    }

    private async Task WorkAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var work = _work.Next();
            FunctionCall? call;
            lock (_lock)
            {
                _state.TryBegin(_clock.GetUtcNow(), out call);
            }

            if (call is null)
            {
                await work.WaitAsync(cancellation);
                continue;
            }

            while (call is not null)
            {
                var reply = await _client.CallAsync(call, cancellation);
                call = Complete(call, reply);
            }

            _work.Fire();
            _timers.Fire();
        }
    }

    private FunctionCall? Complete(FunctionCall call, ReadOnlyMemory<byte> reply)
    {
        lock (_lock)
        {
            if (_state.Complete(call, reply, _clock.GetUtcNow()) is { } again)
            {
                return again;
            }

            _egress.Add(_state.TakeEgresses());
            _changes++;
            _calls++;
            _messages += call.Messages;
            _called.Enqueue(call.Target);
            if (_called.Count > CalledKept)
            {
                _called.Dequeue();
            }

            _largestBatch = Math.Max(_largestBatch, call.Messages);
            return null;
        }
    }

    private async Task FireTimersAsync(CancellationToken cancellation)
    {
        while (true)
        {
            var changed = _timers.Next();
            DateTimeOffset? due;
            lock (_lock)
            {
                if (_state.Fire(_clock.GetUtcNow()) > 0)
                {
                    _changes++;
                }

                due = _state.NextDue;
            }

            _work.Fire();
            using var sooner = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var wait = due is { } at ? Delay(at - _clock.GetUtcNow(), sooner.Token) : Task.Delay(Timeout.Infinite, sooner.Token);
            await Task.WhenAny(changed, wait);
            await sooner.CancelAsync();
            cancellation.ThrowIfCancellationRequested();
        }
    }

    // A timer of the platform holds less than fifty days.
    private Task Delay(TimeSpan time, CancellationToken cancellation) =>
        Task.Delay(time < TimeSpan.Zero ? TimeSpan.Zero : time > TimeSpan.FromDays(1) ? TimeSpan.FromDays(1) : time, _clock, cancellation);

    private async Task SaveRegularlyAsync(CancellationToken cancellation)
    {
        while (true)
        {
            await Task.Delay(_options.CheckpointEvery, _clock, cancellation);
            await SaveAsync(cancellation);
        }
    }

    private async Task SaveAsync(CancellationToken cancellation)
    {
        var started = _clock.GetTimestamp();
        Checkpoint next;
        long changes;
        Task flushed;
        lock (_lock)
        {
            changes = _changes;
            if (changes == _savedChanges)
            {
                // Nothing has happened: the last one says what a new one would.
                _checkpoint = _checkpoint is null ? null : _checkpoint with { Time = _clock.GetUtcNow() };
                _failure = null;
                return;
            }

            var positions = _positions.GroupBy(p => p.Key.Stream).ToDictionary(
                g => g.Key, IReadOnlyDictionary<string, long> (g) => g.ToDictionary(p => p.Key.Shard, p => p.Value));
            next = new((_checkpoint?.Number ?? 0) + 1, positions, _state.Snapshot());
            flushed = _egress.FlushAsync(cancellation);
        }

        // What the checkpoint says was sent has to have arrived before the checkpoint counts.
        await flushed;
        var bytes = _checkpoints.Save(next);
        lock (_lock)
        {
            _checkpoint = new(next.Number, _clock.GetUtcNow(), bytes, _clock.GetElapsedTime(started));
            _savedChanges = changes;
            _failure = null;
        }
    }

    // Records that are still on their way are sent first, so that the next job does not have to send them again.
    private async Task StopAsync()
    {
        using var limit = new CancellationTokenSource(LongestStop);
        var sending = _egress.RunAsync(limit.Token);
        try
        {
            await SaveAsync(limit.Token);
        }
        catch (Exception error) when (error is OperationCanceledException or IOException or UnauthorizedAccessException)
        {
            _remark($"{Module.Path}: no last checkpoint ({error.Message}); the next run goes on from the one before");
        }

        await limit.CancelAsync();
        await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }
}
