using System.Text.Json.Nodes;

namespace KinesisPatterns.StateFun.Testing;

/// <summary>Calls a function's endpoint: the bytes of a request go there, the bytes of the answer come back.</summary>
public delegate ValueTask<ReadOnlyMemory<byte>> SendRequest(ReadOnlyMemory<byte> request, CancellationToken cancellation);

/// <summary>Options for a <see cref="SimulatedRuntime"/>.</summary>
public sealed record SimulatedRuntimeOptions
{
    /// <summary><c>maxNumBatchRequests</c>: how many messages a batch holds at the most.</summary>
    public int MaximumBatch { get; init; } = 1000;

    /// <summary>The share of calls, 0 to 1, whose answer is lost although the function was called: the runtime calls again.</summary>
    public double LostReplies { get; init; }

    /// <summary>How often a call is made before the job fails: 1 at least. The runtime goes by time (<c>call</c>, two minutes), a test by count.</summary>
    public int Attempts { get; init; } = 10;

    /// <summary>How many calls are made in all before it is taken for a conversation without an end: 1 at least.</summary>
    public int MaximumCalls { get; init; } = 1_000_000;

    /// <summary>Decides which answers are lost: the same seed, the same ones.</summary>
    public int Seed { get; init; }

    /// <summary>Where the virtual time begins.</summary>
    public DateTimeOffset Start { get; init; } = DateTimeOffset.UnixEpoch;
}

/// <summary>
/// Plays Flink's part in a test: keeps values, batches what waits for an address, lets timers run in virtual time, calls again when an answer was lost.
/// </summary>
public sealed class SimulatedRuntime
{
    private readonly SendRequest _send;
    private readonly SimulatedRuntimeOptions _options;
    private readonly Random _random;
    private readonly List<EgressMessage> _egresses = [];
    private readonly List<(Address Target, TypedValue Argument, Address? Caller)> _sinceCheckpoint = [];
    private RuntimeState _state;
    private JsonObject _checkpoint;

    /// <summary>Calls functions in this process.</summary>
    public SimulatedRuntime(StatefulFunctions functions, SimulatedRuntimeOptions? options = null, IServiceProvider? services = null)
        : this(InProcess(new(functions), services), options)
    {
    }

    /// <summary>Calls functions wherever they are.</summary>
    public SimulatedRuntime(SendRequest send, SimulatedRuntimeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(send);
        (_send, _options) = (send, options ?? new());
        ArgumentOutOfRangeException.ThrowIfLessThan(_options.Attempts, 1, nameof(options));
        (_random, _state, Now) = (new(_options.Seed), new(_options.MaximumBatch), _options.Start);
        _checkpoint = _state.Snapshot();
    }

    /// <summary>The virtual time.</summary>
    public DateTimeOffset Now { get; private set; }

    /// <summary>How many calls were made, repeated ones included.</summary>
    public int Calls { get; private set; }

    /// <summary>What was sent to egresses, in order.</summary>
    public IReadOnlyList<EgressMessage> Egresses => _egresses;

    /// <summary>Timers that are running.</summary>
    public IReadOnlyList<PendingTimer> Timers => [.. _state.Timers];

    /// <summary>Sends a message from an ingress.</summary>
    public void Send<T>(Address target, StateFunType<T> type, T value) => Send(target, TypedValue.Of(type, value));

    /// <summary>Sends a message from an ingress, or from a function.</summary>
    public void Send(Address target, TypedValue argument, Address? caller = null)
    {
        _state.Send(target, argument, caller);
        _sinceCheckpoint.Add((target, argument, caller));
    }

    /// <summary>Calls functions until nobody has a message left to handle, and no timer is due.</summary>
    /// <exception cref="JobFailedException">
    /// What a function did would fail the job, or it failed as often as it may. Its batch waits still: who runs on meets it again, unless <see cref="Fail"/>
    /// goes back to before it.
    /// </exception>
    public async Task RunAsync(CancellationToken cancellation = default)
    {
        do
        {
            while (_state.TryBegin(Now, out var call))
            {
                await HandleAsync(call, cancellation);
                _egresses.AddRange(_state.TakeEgresses());
            }
        }
        while (_state.Fire(Now) > 0);
    }

    /// <summary>Lets time pass: timers that come due in it send their messages, each at its time.</summary>
    /// <inheritdoc cref="RunAsync"/>
    public async Task AdvanceAsync(TimeSpan time, CancellationToken cancellation = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        var end = Now + time;
        await RunAsync(cancellation);
        while (_state.NextDue is { } due && due <= end)
        {
            Now = due;
            await RunAsync(cancellation);
        }

        Now = end;
    }

    /// <summary>A value of an address, or the type's default where there is none.</summary>
    public T? Get<T>(Address address, ValueSpec<T> spec) => TryGet(address, spec, out var value) ? value : default;

    /// <summary>A value of an address, if there is one.</summary>
    public bool TryGet<T>(Address address, ValueSpec<T> spec, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out T value)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var kept = _state.Value(address, spec.Name, Now);
        value = kept is null ? default : kept.As(spec.Type);
        return kept is not null;
    }

    /// <summary>Stops and starts again from a checkpoint of now, as after the loss of a job manager: values have to be asked for again.</summary>
    public void Restart()
    {
        Checkpoint();
        Fail();
    }

    /// <summary>Keeps what <see cref="Fail"/> goes back to; until the first time that is the beginning.</summary>
    public void Checkpoint()
    {
        _checkpoint = _state.Snapshot();
        _sinceCheckpoint.Clear();
    }

    /// <summary>
    /// The job fails and goes on from its last checkpoint: values, messages and timers are what they were then, and what was sent from outside since comes
    /// again. What has reached an egress stays there, and is there twice when it is sent again: an egress is at least once. Time goes on.
    /// </summary>
    public void Fail()
    {
        _state = RuntimeState.Restore(_checkpoint, _options.MaximumBatch);
        foreach (var (target, argument, caller) in _sinceCheckpoint)
        {
            _state.Send(target, argument, caller);
        }
    }

    private static SendRequest InProcess(RequestReplyHandler handler, IServiceProvider? services) => async (request, cancellation) =>
    {
        using var reply = await handler.HandleAsync(request, services, cancellation);
        return reply.Bytes.ToArray();
    };

    private async Task HandleAsync(FunctionCall call, CancellationToken cancellation)
    {
        try
        {
            for (var next = call; next is not null;)
            {
                next = _state.Complete(next, await CallAsync(next, cancellation), Now);
            }
        }
        catch
        {
            _state.PutBack(call);
            throw;
        }
    }

    private async Task<ReadOnlyMemory<byte>> CallAsync(FunctionCall call, CancellationToken cancellation)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (++Calls > _options.MaximumCalls)
            {
                throw new JobFailedException(call.Target, $"is the call beyond {_options.MaximumCalls:N0}; do functions send to each other without an end?");
            }

            try
            {
                var reply = await _send(call.Request, cancellation);
                if (attempt == _options.Attempts || _random.NextDouble() >= _options.LostReplies)
                {
                    return reply;
                }
            }
            catch (Exception error) when (!cancellation.IsCancellationRequested)
            {
                if (attempt >= _options.Attempts)
                {
                    throw new JobFailedException(call.Target, $"failed {attempt} times: {error.Message}", error);
                }
            }
        }
    }
}
