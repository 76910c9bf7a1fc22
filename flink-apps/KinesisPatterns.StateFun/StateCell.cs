using System.Buffers;
using KinesisPatterns.StateFun.Wire;

namespace KinesisPatterns.StateFun;

/// <summary>One value during a batch: what the runtime sent, and what became of it.</summary>
internal abstract class StateCell(ValueSpec spec)
{
    public ValueSpec Spec { get; } = spec;

    /// <summary>Whether the runtime knows the value, which has to be told to it once.</summary>
    public bool IsKnown { get; private set; }

    public bool HasValue { get; protected set; }

    /// <summary>How long the value is that was set since <see cref="Mark"/>; null when none was.</summary>
    public int? SetLength { get; protected set; }

    protected Change Change { get; set; }

    protected ReadOnlyMemory<byte> Bytes { get; set; }

    public void Receive(ReadOnlyMemory<byte> bytes, bool hasValue)
    {
        (IsKnown, HasValue, Bytes) = (true, hasValue, bytes);
    }

    /// <summary>Notes how things are, for <see cref="Rollback"/>.</summary>
    public abstract void Mark();

    /// <summary>Takes back what has changed since <see cref="Mark"/>.</summary>
    public abstract void Rollback();

    /// <summary>Writes the one mutation that the batch comes to; nothing when it comes to none.</summary>
    public void WriteMutation(ReplyWriter reply)
    {
        if (Change == Change.Modify)
        {
            reply.Modify(Spec, this);
        }
        else if (Change == Change.Delete)
        {
            reply.Delete(Spec);
        }
    }

    public abstract void WriteValue(IBufferWriter<byte> output);

    public void Remove()
    {
        (HasValue, Change, Bytes, SetLength) = (false, Change.Delete, default, null);
        Forget();
    }

    protected abstract void Forget();
}

internal enum Change : byte
{
    None,
    Modify,
    Delete,
}

internal sealed class StateCell<T>(ValueSpec<T> spec) : StateCell(spec)
{
    private const int LongestNumber = 9;

    private readonly StateFunType<T> _type = spec.Type;
    private T? _value;
    private bool _isRead;
    private (Change Change, bool HasValue, ReadOnlyMemory<byte> Bytes, T? Value, bool IsRead) _mark;

    public T Get()
    {
        if (!_type.IsImmutable)
        {
            return _type.Deserialize(Bytes.Span);
        }

        if (!_isRead)
        {
            (_value, _isRead) = (_type.Deserialize(Bytes.Span), true);
        }

        return _value!;
    }

    public void Set(T value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (_type.IsImmutable)
        {
            // It is written when the batch is over: what cannot be written fails here, where it is one message's fault.
            SetLength = value is string text ? Proto.FieldSize(Proto.Utf8Length(text)) : LongestNumber;
            (_value, _isRead) = (value, true);
        }
        else
        {
            var bytes = new ArrayBufferWriter<byte>();
            _type.Serialize(value, bytes);
            (Bytes, SetLength) = (bytes.WrittenMemory, bytes.WrittenCount);
        }

        (Change, HasValue) = (Change.Modify, true);
    }

    public override void Mark()
    {
        SetLength = null;
        _mark = (Change, HasValue, Bytes, _value, _isRead);
    }

    public override void Rollback() => (Change, HasValue, Bytes, _value, _isRead) = _mark;

    public override void WriteValue(IBufferWriter<byte> output)
    {
        if (_type.IsImmutable)
        {
            _type.Serialize(_value!, output);
        }
        else
        {
            output.Write(Bytes.Span);
        }
    }

    protected override void Forget() => (_value, _isRead) = (default, false);
}
