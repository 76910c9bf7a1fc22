using System.Text.Json.Nodes;
using KinesisPatterns.StateFun.Testing.Wire;

namespace KinesisPatterns.StateFun.Testing;

/// <summary>
/// What the runtime of Stateful Functions remembers: values, backlogs, calls under way and timers. It follows version 3.3.0: one call an address
/// at a time, the first with one message, everything that comes meanwhile is the next batch; effects take place when the answer is there, all or none.
/// </summary>
/// <remarks>
/// It does nothing by itself: who drives it asks for <see cref="TryBegin"/>, calls the function, and brings the answer to <see cref="Complete"/>.
/// It is not safe for several threads.
/// </remarks>
public sealed class RuntimeState
{
    private readonly Dictionary<Address, Instance> _instances = [];
    private readonly Dictionary<string, Dictionary<string, MissingValue>> _registered = new(StringComparer.Ordinal);
    private readonly LinkedList<Instance> _ready = new();
    private readonly PriorityQueue<Timer, (DateTimeOffset Due, long Number)> _timers = new();
    private readonly Dictionary<(string Id, string Token), Timer> _tokens = [];
    private readonly List<EgressMessage> _egresses = [];
    private readonly int _maximumBatch;
    private long _timersSet;

    /// <summary>Begins with nothing.</summary>
    /// <param name="maximumBatch"><c>maxNumBatchRequests</c>: how many messages a batch holds at the most.</param>
    public RuntimeState(int maximumBatch = 1000)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maximumBatch, 1);
        _maximumBatch = maximumBatch;
    }

    /// <summary>Whether nothing waits and nothing is under way. Timers may still be running.</summary>
    public bool IsIdle => _ready.Count == 0 && InFlight == 0;

    /// <summary>How many calls are under way.</summary>
    public int InFlight { get; private set; }

    /// <summary>Messages that wait for their turn.</summary>
    public int Backlog { get; private set; }

    /// <summary>Timers that are running.</summary>
    public IEnumerable<PendingTimer> Timers => _timers.UnorderedItems.Where(t => !t.Element.IsCancelled)
        .OrderBy(t => t.Priority).Select(t => new PendingTimer(t.Element.Due, t.Element.Target, t.Element.Argument, t.Element.Token));

    /// <summary>When the next timer is due; null when none is running.</summary>
    public DateTimeOffset? NextDue
    {
        get
        {
            while (_timers.TryPeek(out var timer, out _) && timer.IsCancelled)
            {
                _timers.Dequeue();
            }

            return _timers.TryPeek(out var next, out _) ? next.Due : null;
        }
    }

    /// <summary>Every address that has values, with them.</summary>
    public IEnumerable<KeyValuePair<Address, IReadOnlyDictionary<string, TypedValue>>> Values =>
        from i in _instances.Values
        where i.Values.Count > 0
        select KeyValuePair.Create(i.Address, (IReadOnlyDictionary<string, TypedValue>)ValuesOf(i));

    /// <summary>Every address that has values.</summary>
    public IEnumerable<Address> Addresses => _instances.Values.Where(i => i.Values.Count > 0).Select(i => i.Address);

    /// <summary>How many timers are running.</summary>
    public int TimerCount => _timers.UnorderedItems.Count(t => !t.Element.IsCancelled);

    /// <summary>The values of an address by name; none when it has none.</summary>
    public IReadOnlyDictionary<string, TypedValue> ValuesOf(Address address) =>
        _instances.TryGetValue(address, out var instance) ? ValuesOf(instance) : [];

    /// <summary>Puts a message behind what waits for an address.</summary>
    /// <param name="target">Whom it is for.</param>
    /// <param name="argument">What it is.</param>
    /// <param name="caller">Who sends it; null from an ingress.</param>
    public void Send(Address target, TypedValue argument, Address? caller = null)
    {
        ArgumentNullException.ThrowIfNull(argument);
        Enqueue(At(target), caller, argument);
    }

    /// <summary>Begins the call that waits longest.</summary>
    /// <param name="now">The time.</param>
    /// <param name="call">What to send to the function.</param>
    /// <returns>False when nothing waits, or only behind calls that are under way.</returns>
    public bool TryBegin(DateTimeOffset now, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out FunctionCall? call)
    {
        call = null;
        if (_ready.First is not { } first)
        {
            return false;
        }

        var instance = first.Value;
        _ready.RemoveFirst();
        instance.IsReady = false;
        var batch = instance.Backlog.Take(instance.IsResting ? 1 : _maximumBatch).ToArray();
        instance.IsResting = false;
        instance.Backlog.RemoveRange(0, batch.Length);
        instance.Under = batch;
        Backlog -= batch.Length;
        InFlight++;
        call = NewCall(instance, now);
        return true;
    }

    /// <summary>Takes an answer. Asked for values, the runtime has to call again: the returned call.</summary>
    /// <returns>The call to make now; null when the batch is done.</returns>
    /// <exception cref="JobFailedException">The answer would fail the Flink job.</exception>
    /// <exception cref="MalformedMessageException">The answer is none.</exception>
    public FunctionCall? Complete(FunctionCall call, ReadOnlyMemory<byte> reply, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(call);
        var answer = MessageReader.Read(reply);
        var instance = At(call.Target);
        if (answer.Effects is not { } effects)
        {
            Register(call, answer.Missing);
            return NewCall(instance, now);
        }

        Check(instance, effects);

        // What it sends to itself comes when it rests already.
        instance.IsResting = instance.Backlog.Count == 0;
        foreach (var sent in effects.Sent)
        {
            Enqueue(At(sent.Target), call.Target, sent.Argument);
        }

        foreach (var delayed in effects.Delayed)
        {
            Delay(call.Target, delayed, now);
        }

        _egresses.AddRange(effects.Egresses);
        foreach (var mutation in effects.Mutations)
        {
            Apply(instance, mutation, now);
        }

        instance.Under = [];
        InFlight--;
        Ready(instance);
        Forget(instance);
        return null;
    }

    /// <summary>Sends what timers hold that are due.</summary>
    /// <returns>How many there were.</returns>
    public int Fire(DateTimeOffset now)
    {
        var fired = 0;
        while (NextDue <= now)
        {
            var timer = _timers.Dequeue();
            if (timer.Token is not null)
            {
                _tokens.Remove((timer.Sender.Id, timer.Token));
            }

            Enqueue(At(timer.Target), timer.Sender, timer.Argument);
            fired++;
        }

        return fired;
    }

    /// <summary>Takes what has been sent to egresses since it was last taken.</summary>
    public IReadOnlyList<EgressMessage> TakeEgresses()
    {
        var taken = _egresses.ToArray();
        _egresses.Clear();
        return taken;
    }

    /// <summary>A value of an address, if it has not expired.</summary>
    public TypedValue? Value(Address address, string name, DateTimeOffset now) =>
        _instances.TryGetValue(address, out var instance) ? Unexpired(instance, name, now) : null;

    /// <summary>
    /// Everything that a checkpoint holds: values, what waits, what is under way (to be called again), and timers. What the functions' values are
    /// called and when they expire is not in it: it is asked for anew.
    /// </summary>
    public JsonObject Snapshot() => RuntimeSnapshot.Write(
        _instances.Values.Select(i => (i.Address, i.Values, (IEnumerable<Waiting>)[.. i.Under, .. i.Backlog])),
        _timers.UnorderedItems.Where(t => !t.Element.IsCancelled).OrderBy(t => t.Priority).Select(t => t.Element));

    /// <summary>Goes on from a checkpoint.</summary>
    /// <exception cref="FormatException">It is not one.</exception>
    public static RuntimeState Restore(JsonObject snapshot, int maximumBatch = 1000)
    {
        var state = new RuntimeState(maximumBatch);
        RuntimeSnapshot.Read(snapshot, state.Restore, state.Set);
        return state;
    }

    /// <summary>Gives up a call that got no answer: its messages wait again, before those that came since.</summary>
    internal void PutBack(FunctionCall call)
    {
        var instance = At(call.Target);
        instance.Backlog.InsertRange(0, instance.Under);
        Backlog += instance.Under.Length;
        instance.Under = [];
        InFlight--;
        Ready(instance);
    }

    private void Restore(Address address, Dictionary<string, Kept> values, IEnumerable<Waiting> backlog)
    {
        var instance = At(address);
        foreach (var (name, value) in values)
        {
            instance.Values[name] = value;
        }

        foreach (var waiting in backlog)
        {
            Enqueue(instance, waiting.Caller, waiting.Argument);
            instance.IsResting = false;
        }
    }

    private FunctionCall NewCall(Instance instance, DateTimeOffset now)
    {
        var known = _registered.GetValueOrDefault(instance.Address.Type.ToString()) ?? [];
        var values = known.Values.Select(spec => KeyValuePair.Create(spec.Name, Read(instance, spec, now))).ToList();
        return new(instance.Address, instance.Under.Length, RequestWriter.Write(instance.Address, values, instance.Under.Select(w => (w.Caller, w.Argument))))
        {
            Values = values.Count,
        };
    }

    // A value that expires after a call is read, and so renewed, by every call.
    private static TypedValue? Read(Instance instance, MissingValue spec, DateTimeOffset now)
    {
        var value = Unexpired(instance, spec.Name, now);
        if (value is not null && spec.Expiration.Mode == ExpirationMode.AfterInvoke)
        {
            instance.Values[spec.Name] = new(value, Later(now, spec.Expiration.After));
        }

        return value;
    }

    // A calendar ends; who waits longer than that waits for ever.
    private static DateTimeOffset Later(DateTimeOffset now, TimeSpan time) =>
        time < DateTimeOffset.MaxValue - now ? now + time : DateTimeOffset.MaxValue;

    private static Dictionary<string, TypedValue> ValuesOf(Instance instance) => instance.Values.ToDictionary(v => v.Key, v => v.Value.Value);

    private static TypedValue? Unexpired(Instance instance, string name, DateTimeOffset now)
    {
        if (!instance.Values.TryGetValue(name, out var kept))
        {
            return null;
        }

        if (kept.Expires > now)
        {
            return kept.Value;
        }

        instance.Values.Remove(name);
        return null;
    }

    private void Register(FunctionCall call, IReadOnlyList<MissingValue> missing)
    {
        var address = call.Target;
        var type = address.Type.ToString();
        var known = _registered.TryGetValue(type, out var values) ? values : _registered[type] = new(StringComparer.Ordinal);
        if (missing.Count == 0 || (missing.All(m => known.ContainsKey(m.Name)) && known.Count == call.Values))
        {
            throw new JobFailedException(address, "asks for values that it was sent already, and would do so for ever");
        }

        foreach (var spec in missing)
        {
            if (known.TryGetValue(spec.Name, out var before) && before.TypeName != spec.TypeName)
            {
                throw new JobFailedException(address, $"'{spec.Name}' is registered as {before.TypeName}, and now said to be {spec.TypeName}");
            }

            known.TryAdd(spec.Name, spec);
        }
    }

    // All or nothing: what would fail the job is found before anything takes place.
    private void Check(Instance instance, Effects effects)
    {
        var address = instance.Address;
        var taken = new HashSet<string>(StringComparer.Ordinal);
        var freed = new HashSet<string>(StringComparer.Ordinal);
        foreach (var delayed in effects.Delayed)
        {
            if (delayed.IsCancellation)
            {
                freed.Add(delayed.Token ?? throw new JobFailedException(address, "cancels a delayed message without naming its token"));
                taken.Remove(delayed.Token);
                continue;
            }

            if (delayed.Delay < TimeSpan.Zero)
            {
                throw new JobFailedException(address, $"sends a message after {delayed.Delay.TotalMilliseconds:0} ms");
            }

            if (delayed.Token is { } token && ((_tokens.ContainsKey((address.Id, token)) && !freed.Contains(token)) || !taken.Add(token)))
            {
                throw new JobFailedException(address, $"uses the token '{token}' again while its message is on the way");
            }
        }

        var known = _registered.GetValueOrDefault(address.Type.ToString()) ?? [];
        foreach (var mutation in effects.Mutations)
        {
            if (!known.TryGetValue(mutation.Name, out var spec))
            {
                throw new JobFailedException(address, $"changes '{mutation.Name}', which it never asked for");
            }

            if (mutation.Value is { } value && value.TypeName != spec.TypeName)
            {
                throw new JobFailedException(address, $"'{mutation.Name}' is registered as {spec.TypeName}, and set to a {value.TypeName}");
            }
        }
    }

    private void Delay(Address sender, DelayedMessage delayed, DateTimeOffset now)
    {
        if (delayed.IsCancellation)
        {
            if (_tokens.Remove((sender.Id, delayed.Token!), out var timer))
            {
                timer.IsCancelled = true;
            }
        }
        else
        {
            Set(new(Later(now, delayed.Delay), sender, delayed.Target!.Value, delayed.Argument!, delayed.Token));
        }
    }

    private void Set(Timer timer)
    {
        _timers.Enqueue(timer, (timer.Due, _timersSet++));
        if (timer.Token is not null)
        {
            _tokens[(timer.Sender.Id, timer.Token)] = timer;
        }
    }

    private void Apply(Instance instance, StateMutation mutation, DateTimeOffset now)
    {
        if (mutation.Value is not { } value)
        {
            instance.Values.Remove(mutation.Name);
            return;
        }

        var expiration = _registered[instance.Address.Type.ToString()][mutation.Name].Expiration;
        var expires = expiration.Mode == ExpirationMode.None ? DateTimeOffset.MaxValue : Later(now, expiration.After);
        instance.Values[mutation.Name] = new(new(value.TypeName, value.Bytes), expires);
    }

    private void Enqueue(Instance instance, Address? caller, TypedValue argument)
    {
        instance.Backlog.Add(new(caller, argument));
        Backlog++;
        Ready(instance);
    }

    private void Ready(Instance instance)
    {
        if (!instance.IsReady && instance.Under.Length == 0 && instance.Backlog.Count > 0)
        {
            instance.IsReady = true;
            _ready.AddLast(instance);
        }
    }

    // There are as many addresses as there are ids; of those without a value or a message nothing is kept.
    private void Forget(Instance instance)
    {
        if (instance.Values.Count == 0 && instance.Backlog.Count == 0)
        {
            _instances.Remove(instance.Address);
        }
    }

    private Instance At(Address address)
    {
        if (!_instances.TryGetValue(address, out var instance))
        {
            _instances[address] = instance = new(address);
        }

        return instance;
    }

    private sealed class Instance(Address address)
    {
        public Address Address { get; } = address;

        public Dictionary<string, Kept> Values { get; } = new(StringComparer.Ordinal);

        public List<Waiting> Backlog { get; } = [];

        public Waiting[] Under { get; set; } = [];

        public bool IsReady { get; set; }

        /// <summary>Whether the next message goes out at once and alone: only what comes while it is under way becomes a batch.</summary>
        public bool IsResting { get; set; } = true;
    }
}

/// <summary>A call to make: the request's bytes, and whose it is.</summary>
public sealed record FunctionCall(Address Target, int Messages, ReadOnlyMemory<byte> Request)
{
    // How many values went with it: what another address asked for meanwhile did not.
    internal int Values { get; init; }
}

/// <summary>A timer that is running.</summary>
public sealed record PendingTimer(DateTimeOffset Due, Address Target, TypedValue Argument, string? Token);

internal readonly record struct Kept(TypedValue Value, DateTimeOffset Expires);

internal readonly record struct Waiting(Address? Caller, TypedValue Argument);

internal sealed class Timer(DateTimeOffset due, Address sender, Address target, TypedValue argument, string? token)
{
    public DateTimeOffset Due { get; } = due;

    public Address Sender { get; } = sender;

    public Address Target { get; } = target;

    public TypedValue Argument { get; } = argument;

    public string? Token { get; } = token;

    public bool IsCancelled { get; set; }
}
