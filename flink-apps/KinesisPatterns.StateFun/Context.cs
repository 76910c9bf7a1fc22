using KinesisPatterns.StateFun.Wire;

namespace KinesisPatterns.StateFun;

/// <summary>What a function knows and can do while it handles a message.</summary>
/// <remarks>A context belongs to one batch; functions are called one after the other, so it needs no lock.</remarks>
public sealed partial class Context
{
    private readonly FunctionDefinition _definition;
    private readonly StateCell[] _cells;
    private InvocationBatch? _batch;
    private ReplyWriter? _reply;
    private int _index;
    private string? _id;

    internal Context(FunctionDefinition definition, InvocationBatch batch, ReplyWriter reply)
    {
        (_definition, _batch, _reply) = (definition, batch, reply);
        _cells = definition.Cells(batch);
    }

    /// <summary>The address that the message was sent to.</summary>
    public Address Self => new(_definition.Spec.Type, _id ??= Proto.Text(Batch.TargetId));

    /// <summary>Who sent the message; null when it came from an ingress.</summary>
    public Address? Caller => Batch.HasCaller(_index) ? Batch.Caller(_index) : null;

    internal ReadOnlySpan<StateCell> Cells => _cells;

    /// <summary>What the values come to in an answer that were set since <see cref="Mark"/>.</summary>
    internal int SetBytes
    {
        get
        {
            // Asked for after each message, where LINQ would allocate.
            var bytes = 0;
            foreach (var cell in _cells)
            {
                bytes += cell.SetLength is { } length ? ReplyWriter.ModifySize(cell.Spec, length) : 0;
            }

            return bytes;
        }
    }

    private InvocationBatch Batch => _batch ?? throw Over();

    private ReplyWriter Effects => _reply ?? throw Over();

    /// <summary>The value, or the type's default where there is none; <see cref="TryGet"/> tells them apart.</summary>
    /// <exception cref="ArgumentException">The function was not registered with this value.</exception>
    public T? Get<T>(ValueSpec<T> spec) => TryGet(spec, out var value) ? value : default;

    /// <summary>The value, if there is one.</summary>
    /// <exception cref="ArgumentException">The function was not registered with this value.</exception>
    public bool TryGet<T>(ValueSpec<T> spec, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out T value)
    {
        var cell = Cell(spec);
        if (!cell.HasValue)
        {
            value = default;
            return false;
        }

        value = cell.Get();
        return true;
    }

    /// <summary>Keeps a value for this address.</summary>
    /// <exception cref="ArgumentException">The function was not registered with this value.</exception>
    public void Set<T>(ValueSpec<T> spec, T value) => Cell(spec).Set(value);

    /// <summary>Removes a value; the next to ask finds none.</summary>
    /// <exception cref="ArgumentException">The function was not registered with this value.</exception>
    public void Remove<T>(ValueSpec<T> spec) => Cell(spec).Remove();

    /// <summary>Sends a message to a function.</summary>
    public void Send<T>(Address target, StateFunType<T> type, T value) => Effects.Send(Checked(target), Checked(type), value);

    /// <summary>Sends the bytes of a message on to a function, as they are.</summary>
    public void Send(Address target, Message message) => Effects.Send(Checked(target), message);

    /// <summary>Sends a message to whoever sent the one that is being handled.</summary>
    /// <exception cref="InvalidOperationException">The message came from an ingress, where nobody waits for a reply.</exception>
    public void Reply<T>(StateFunType<T> type, T value)
    {
        if (!Batch.HasCaller(_index))
        {
            throw new InvalidOperationException($"{Self}: expected a caller to reply to, got a message from an ingress");
        }

        var caller = Batch.CallerBytes(_index);
        if (caller.IsEmpty)
        {
            Effects.Send(Batch.Caller(_index), Checked(type), value);
        }
        else
        {
            Effects.Reply(caller, Checked(type), value);
        }
    }

    /// <summary>Sends a message to a function after a while.</summary>
    /// <param name="delay">How long to wait, in whole milliseconds; not negative.</param>
    /// <param name="target">Whom to send it to.</param>
    /// <param name="type">The message's type.</param>
    /// <param name="value">The message.</param>
    /// <param name="cancellationToken">
    /// A name by which <see cref="CancelDelayed"/> takes the message back. It has to be unique among the delayed messages that
    /// addresses with this <em>id</em> have on the way, whatever their function type: the runtime keeps them together.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">The delay is negative.</exception>
    /// <exception cref="ArgumentException">The token is empty.</exception>
    public void SendAfter<T>(TimeSpan delay, Address target, StateFunType<T> type, T value, string? cancellationToken = null) =>
        Effects.SendAfter(Milliseconds(delay), Checked(target), Checked(type), value, CheckedToken(cancellationToken));

    /// <summary>Sends the bytes of a message on to a function after a while, as they are.</summary>
    /// <inheritdoc cref="SendAfter{T}"/>
    public void SendAfter(TimeSpan delay, Address target, Message message, string? cancellationToken = null) =>
        Effects.SendAfter(Milliseconds(delay), Checked(target), message, CheckedToken(cancellationToken));

    /// <summary>Takes back a delayed message, if it is still on its way.</summary>
    /// <param name="cancellationToken">The name that was given to <see cref="SendAfter{T}"/> by an address with the same id.</param>
    /// <exception cref="ArgumentException">The token is empty.</exception>
    public void CancelDelayed(string cancellationToken)
    {
        ArgumentException.ThrowIfNullOrEmpty(cancellationToken);
        Effects.Cancel(cancellationToken);
    }

    internal void Begin(int index) => _index = index;

    internal void End() => (_batch, _reply) = (null, null);

    internal void Mark()
    {
        foreach (var cell in _cells)
        {
            cell.Mark();
        }
    }

    internal void Rollback()
    {
        foreach (var cell in _cells)
        {
            cell.Rollback();
        }
    }

    internal void WriteMutations()
    {
        foreach (var cell in _cells)
        {
            cell.WriteMutation(Effects);
        }
    }

    private StateCell<T> Cell<T>(ValueSpec<T> spec)
    {
        if (_batch is null)
        {
            throw Over();
        }

        foreach (var cell in _cells)
        {
            if (ReferenceEquals(cell.Spec, spec))
            {
                return (StateCell<T>)cell;
            }
        }

        ArgumentNullException.ThrowIfNull(spec);
        var names = _definition.Spec.Values.Select(v => v.Name).ToArray();
        throw new ArgumentException(
            names.Contains(spec.Name)
                ? $"{_definition.Spec.Type}: expected the ValueSpec '{spec.Name}' that it was registered with, got another of that name; keep it in a static field"
                : $"{_definition.Spec.Type}: expected one of the values it was registered with ({(names is [] ? "none" : string.Join(", ", names))}), got '{spec.Name}'",
            nameof(spec));
    }

    private static StateFunType<T> Checked<T>(StateFunType<T> type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return type;
    }

    private static Address Checked(Address address) => address is { Type: not null, Id: not null }
        ? address
        : throw new ArgumentException("expected an address with a type and an id, got one without");

    private static long Milliseconds(TimeSpan delay)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        return (long)delay.TotalMilliseconds;
    }

    private static string? CheckedToken(string? token) => token is not ""
        ? token
        : throw new ArgumentException("expected a cancellation token of a character at least, or none, got an empty one");

    private InvalidOperationException Over() =>
        new($"{_definition.Spec.Type}: the context is used after the function's answer; await what uses it");
}
