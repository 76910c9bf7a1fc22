using KinesisPatterns.StateFun;
using KinesisPatterns.StateFun.Testing;
using KinesisRecord = KinesisPatterns.Local.Kinesis.KinesisRecord;

namespace KinesisPatterns.Local.StatefulFunctions;

/// <summary>An address with its values.</summary>
internal sealed record KeptValues(Address Address, IReadOnlyDictionary<string, TypedValue> Values);

/// <summary>Values and timers of one moment, and the number of the last change before it.</summary>
internal sealed record JobMoment(IReadOnlyList<KeptValues> Values, IReadOnlyList<PendingTimer> Timers, long Change);

/// <summary>
/// What a job knows: what its functions remember, what waits, how far the streams were read, and what it has done. Everything that changes it is
/// one step, so that a snapshot is of one moment.
/// </summary>
/// <param name="maximumBatch">The most messages in one call.</param>
internal sealed class JobState(int maximumBatch)
{
    // Behind so many messages the streams wait.
    private const int MostWaiting = 10_000;

    private const int CalledKept = 200;

    private readonly Lock _lock = new();
    private readonly Queue<Address> _called = new();
    private RuntimeState _state = new(maximumBatch);
    private Dictionary<(string Ingress, string Shard), long> _positions = [];
    private EgressQueue? _egress;
    private long _changes;
    private long _calls;
    private long _messages;
    private long _egressed;
    private int _largestBatch;

    /// <summary>Whether so much waits that nothing more should be read.</summary>
    public bool IsFull => Locked(() => _state.Backlog + Waiting >= MostWaiting);

    /// <summary>Whether nothing waits, nothing is under way, and everything that was sent has arrived. Timers may be running.</summary>
    public bool IsIdle => Locked(() => _state.IsIdle && Waiting == 0);

    /// <summary>The number of the last change.</summary>
    public long Change => Locked(() => _changes);

    /// <summary>When the next timer is due; null when none is running.</summary>
    public DateTimeOffset? NextDue => Locked(() => _state.NextDue);

    private long Waiting => _egress?.Waiting ?? 0;

    /// <summary>Forgets what was not yet in a checkpoint, and goes on from there.</summary>
    /// <param name="checkpoint">Where to go on from; null begins with nothing.</param>
    /// <param name="egress">Takes what functions send from now on.</param>
    public void Restore(Checkpoint? checkpoint, EgressQueue egress)
    {
        var state = checkpoint is null ? new(maximumBatch) : RuntimeState.Restore(checkpoint.State, maximumBatch);
        var positions = (
            from ingress in checkpoint?.Positions ?? new Dictionary<string, IReadOnlyDictionary<string, long>>()
            from shard in ingress.Value
            select (ingress, shard)).ToDictionary(p => (p.ingress.Key, p.shard.Key), p => p.shard.Value);
        lock (_lock)
        {
            _egressed += _egress?.Sent ?? 0;
            (_state, _positions, _egress) = (state, positions, egress);
            _changes++;
        }
    }

    /// <summary>The counter of the next record that an ingress reads of a shard; null where it has read none.</summary>
    public long? PositionOf(string ingress, string shard) =>
        Locked(() => _positions.TryGetValue((ingress, shard), out var next) ? next : (long?)null);

    /// <summary>Makes what a record holds messages to each target of its ingress.</summary>
    public void Ingest(ModuleIngress ingress, KinesisRecord record, IReadOnlyList<UserRecord> users)
    {
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

            _positions[(ingress.Id, record.ShardId)] = record.Counter + 1;
            _changes++;
        }
    }

    /// <summary>The call that waits longest, which is under way from now on; null when there is none.</summary>
    public FunctionCall? TryBegin(DateTimeOffset now) => Locked(() => _state.TryBegin(now, out var call) ? call : null);

    /// <summary>Lets an answer take effect.</summary>
    /// <returns>The call to make now; null when the batch is done.</returns>
    public FunctionCall? Complete(FunctionCall call, ReadOnlyMemory<byte> reply, DateTimeOffset now) => Locked(() =>
    {
        if (_state.Complete(call, reply, now) is { } again)
        {
            return again;
        }

        _egress!.Add(_state.TakeEgresses());
        _changes++;
        _calls++;
        _messages += call.Messages;
        _largestBatch = Math.Max(_largestBatch, call.Messages);
        _called.Enqueue(call.Target);
        if (_called.Count > CalledKept)
        {
            _called.Dequeue();
        }

        return null;
    });

    /// <summary>Sends what timers hold that are due.</summary>
    /// <returns>Whether there were any.</returns>
    public bool Fire(DateTimeOffset now) => Locked(() =>
    {
        var fired = _state.Fire(now) > 0;
        _changes += fired ? 1 : 0;
        return fired;
    });

    /// <summary>What a checkpoint of now holds, and what has to have arrived before it counts.</summary>
    public (Checkpoint Checkpoint, long Change, Task Sent) Snapshot(long number, CancellationToken cancellation) => Locked(() =>
    {
        var positions = _positions.GroupBy(p => p.Key.Ingress).ToDictionary(
            g => g.Key, IReadOnlyDictionary<string, long> (g) => g.ToDictionary(p => p.Key.Shard, p => p.Value));
        return (new Checkpoint(number, positions, _state.Snapshot()), _changes, _egress!.FlushAsync(cancellation));
    });

    /// <summary>Everything of one moment.</summary>
    public JobMoment Moment() => Locked(() => new JobMoment([.. _state.Values.Select(v => new KeptValues(v.Key, v.Value))], [.. _state.Timers], _changes));

    /// <summary>The values of an address; none where there are none.</summary>
    public IReadOnlyDictionary<string, TypedValue> ValuesOf(Address address) => Locked(() => _state.ValuesOf(address));

    /// <summary>Addresses that have values and whose id contains a text, in order.</summary>
    public IReadOnlyList<Address> Find(string text, int most) => Locked(() => _state.Addresses
        .Where(a => a.Id.Contains(text, StringComparison.OrdinalIgnoreCase))
        .OrderBy(a => a.Id.Length).ThenBy(a => a.Id, StringComparer.Ordinal).ThenBy(a => a.Type.ToString(), StringComparer.Ordinal).Take(most).ToList());

    /// <summary>The addresses with values that were called last, the newest first.</summary>
    /// <param name="most">How many.</param>
    /// <param name="all">How many there are.</param>
    public IReadOnlyList<KeptValues> Latest(int most, out long all)
    {
        lock (_lock)
        {
            all = _state.Addresses.LongCount();
            return [.. _called.Reverse().Distinct().Select(a => new KeptValues(a, _state.ValuesOf(a))).Where(v => v.Values.Count > 0).Take(most)];
        }
    }

    /// <summary>Timers that are running, the next one first.</summary>
    /// <param name="most">How many.</param>
    /// <param name="all">How many there are.</param>
    public IReadOnlyList<PendingTimer> Timers(int most, out long all)
    {
        lock (_lock)
        {
            all = _state.TimerCount;
            return [.. _state.Timers.Take(most)];
        }
    }

    public JobStatistics Statistics() => Locked(() => new JobStatistics
    {
        Calls = _calls,
        Messages = _messages,
        LargestBatch = _largestBatch,
        InFlight = _state.InFlight,
        Backlog = _state.Backlog,
        Timers = _state.TimerCount,
        Egressed = _egressed + (_egress?.Sent ?? 0),
    });

    private T Locked<T>(Func<T> read)
    {
        lock (_lock)
        {
            return read();
        }
    }
}
