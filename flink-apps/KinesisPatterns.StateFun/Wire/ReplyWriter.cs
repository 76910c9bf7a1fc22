using System.Text;

namespace KinesisPatterns.StateFun.Wire;

/// <summary>Writes a FromFunction: effects in the order in which they come, then mutations of state.</summary>
internal sealed class ReplyWriter : IDisposable
{
    // Room for the field that holds the whole answer: a tag of two bytes and a length of five at most.
    private const int Head = 7;

    // Nearly every answer fits into what the one before it left behind.
    private const int KeptBytes = 1024 * 1024;

    [ThreadStatic]
    private static ReplyWriter? _spare;

    private readonly ByteWriter _body = new(1024);
    private readonly ByteWriter _value = new(256);

    private ReplyWriter() => _body.Truncate(Head);

    public static ReplyWriter Rent()
    {
        var writer = _spare ?? new();
        _spare = null;
        return writer;
    }

    /// <summary>How many bytes the answer has so far.</summary>
    public int Length => _body.Length - Head;

    public void Truncate(int length) => _body.Truncate(Head + length);

    // Invocation: target, argument.
    public void Send<T>(Address target, StateFunType<T> type, T value)
    {
        var bytes = Serialized(type, value);
        Send(target, TypedValueSize(type.TypeName, bytes.Length));
        WriteTypedValue(2, type.TypeName, bytes);
    }

    public void Send(Address target, Message message)
    {
        Send(target, TypedValueSize(message));
        WriteTypedValue(2, message);
    }

    public void Reply<T>(ReadOnlySpan<byte> caller, StateFunType<T> type, T value)
    {
        var bytes = Serialized(type, value);
        Proto.WriteLength(_body, 2, 1 + Proto.VarintSize((uint)caller.Length) + caller.Length + Field(TypedValueSize(type.TypeName, bytes.Length)));
        WriteBytes(1, caller);
        WriteTypedValue(2, type.TypeName, bytes);
    }

    // DelayedInvocation: delay, target, argument, token.
    public void SendAfter<T>(long milliseconds, Address target, StateFunType<T> type, T value, string? token)
    {
        var bytes = Serialized(type, value);
        SendAfter(milliseconds, target, TypedValueSize(type.TypeName, bytes.Length), token);
        WriteTypedValue(3, type.TypeName, bytes);
        EndDelayed(token);
    }

    public void SendAfter(long milliseconds, Address target, Message message, string? token)
    {
        SendAfter(milliseconds, target, TypedValueSize(message), token);
        WriteTypedValue(3, message);
        EndDelayed(token);
    }

    public void Cancel(string token)
    {
        Proto.WriteLength(_body, 3, 2 + Proto.FieldSize(Proto.Utf8Length(token)));
        Proto.WriteVarint(_body, 10, 1);
        Proto.WriteText(_body, 11, token);
    }

    // EgressMessage: namespace, type, argument.
    public void Egress<T>(TypeName egress, StateFunType<T> type, T value)
    {
        var bytes = Serialized(type, value);
        BeginEgress(egress, TypedValueSize(type.TypeName, bytes.Length));
        WriteTypedValue(3, type.TypeName, bytes);
    }

    public void Egress(TypeName egress, Message message)
    {
        BeginEgress(egress, TypedValueSize(message));
        WriteTypedValue(3, message);
    }

    /// <summary>A record for Kinesis or Kafka, whose fields are: key, value, stream or topic, explicit hash key.</summary>
    public void EgressRecord(
        TypeName egress, TypeName record, string? key, ReadOnlySpan<byte> value, string destination, string? hashKey)
    {
        var size = Proto.FieldSize(Size(key)) + Proto.FieldSize(value.Length)
            + Proto.FieldSize(Proto.Utf8Length(destination)) + Proto.FieldSize(Size(hashKey));
        BeginEgress(egress, TypedValueSize(record, size));
        BeginTypedValue(3, record, size);
        WriteText(1, key);
        if (!value.IsEmpty)
        {
            WriteBytes(2, value);
        }

        WriteText(3, destination);
        WriteText(4, hashKey);
    }

    /// <summary>Bytes of a value; they are overwritten by the next.</summary>
    public ReadOnlySpan<byte> Serialized<T>(StateFunType<T> type, T value)
    {
        _value.Truncate(0);
        type.Serialize(value, _value);
        return _value.Span;
    }

    /// <summary>A text as UTF-8; it is overwritten by the next value.</summary>
    public ReadOnlySpan<byte> Utf8(string text)
    {
        var length = Proto.Utf8Length(text);
        _value.Truncate(0);
        Encoding.UTF8.GetBytes(text, _value.GetSpan(length));
        _value.Advance(length);
        return _value.Span;
    }

    // PersistedValueMutation: MODIFY, name, value.
    public void Modify(ValueSpec spec, StateCell cell)
    {
        _value.Truncate(0);
        cell.WriteValue(_value);
        Proto.WriteLength(_body, 1, MutationSize(spec, _value.Length));
        _body.Write([0x08, 0x01]);
        WriteBytes(2, spec.Utf8Name);
        WriteTypedValue(3, spec.TypeName, _value.Span);
    }

    /// <summary>How many bytes <see cref="Modify"/> takes for a value of a length.</summary>
    public static int ModifySize(ValueSpec spec, int length) => Field(MutationSize(spec, length));

    public void Delete(ValueSpec spec)
    {
        Proto.WriteLength(_body, 1, Proto.FieldSize(spec.Utf8Name.Length));
        WriteBytes(2, spec.Utf8Name);
    }

    /// <summary>IncompleteInvocationContext: the values that the runtime has to send.</summary>
    public void Missing(ValueSpec spec) => WriteBytes(1, spec.Declaration);

    /// <summary>Closes the answer: field 100 is a result, field 101 asks for values.</summary>
    public ReadOnlyMemory<byte> Finish(int field)
    {
        Span<byte> head = stackalloc byte[Head];
        var length = Proto.Put(head, ((uint)field << 3) | (uint)WireType.Length);
        length += Proto.Put(head[length..], (uint)Length);
        head[..length].CopyTo(_body.At(Head - length, length));
        return _body.Written[(Head - length)..];
    }

    public void Dispose()
    {
        _body.Truncate(Head);
        if (_body.Capacity <= KeptBytes && _value.Capacity <= KeptBytes)
        {
            _spare = this;
        }
    }

    private static int Field(int length) => 1 + Proto.VarintSize((uint)length) + length;

    private static int AddressSize(Address address) => address.Type.AddressPrefix.Length + Proto.FieldSize(Proto.Utf8Length(address.Id));

    private static int MutationSize(ValueSpec spec, int length) =>
        2 + Proto.FieldSize(spec.Utf8Name.Length) + Field(TypedValueSize(spec.TypeName, length));

    private static int TypedValueSize(TypeName type, int length) => type.ValuePrefix.Length + Proto.FieldSize(length);

    private static int TypedValueSize(Message message) =>
        Proto.FieldSize(message.Utf8TypeName.Length) + (message.HasValue ? 2 : 0) + Proto.FieldSize(message.Bytes.Length);

    private static int Size(string? text) => text is null ? 0 : Proto.Utf8Length(text);

    private void Send(Address target, int argumentSize)
    {
        Proto.WriteLength(_body, 2, Field(AddressSize(target)) + Field(argumentSize));
        WriteAddress(1, target);
    }

    private void SendAfter(long milliseconds, Address target, int argumentSize, string? token)
    {
        var delay = milliseconds == 0 ? 0 : 1 + VarintSize((ulong)milliseconds);
        Proto.WriteLength(_body, 3, delay + Field(AddressSize(target)) + Field(argumentSize) + Proto.FieldSize(Size(token)));
        if (milliseconds != 0)
        {
            Proto.WriteVarint(_body, 1, (ulong)milliseconds);
        }

        WriteAddress(2, target);
    }

    private void EndDelayed(string? token) => WriteText(11, token);

    private void BeginEgress(TypeName egress, int argumentSize)
    {
        Proto.WriteLength(_body, 4, egress.AddressPrefix.Length + Field(argumentSize));
        _body.Write(egress.AddressPrefix);
    }

    private void WriteAddress(int number, Address address)
    {
        Proto.WriteLength(_body, number, AddressSize(address));
        _body.Write(address.Type.AddressPrefix);
        WriteText(3, address.Id);
    }

    private void BeginTypedValue(int number, TypeName type, int length)
    {
        Proto.WriteLength(_body, number, TypedValueSize(type, length));
        _body.Write(type.ValuePrefix);
        if (length > 0)
        {
            Proto.WriteLength(_body, 3, length);
        }
    }

    private void WriteTypedValue(int number, TypeName type, ReadOnlySpan<byte> bytes)
    {
        BeginTypedValue(number, type, bytes.Length);
        _body.Write(bytes);
    }

    private void WriteTypedValue(int number, Message message)
    {
        Proto.WriteLength(_body, number, TypedValueSize(message));
        if (!message.Utf8TypeName.IsEmpty)
        {
            WriteBytes(1, message.Utf8TypeName);
        }

        if (message.HasValue)
        {
            _body.Write([0x10, 0x01]);
        }

        if (!message.Bytes.IsEmpty)
        {
            WriteBytes(3, message.Bytes.Span);
        }
    }

    private void WriteBytes(int number, ReadOnlySpan<byte> bytes)
    {
        Proto.WriteLength(_body, number, bytes.Length);
        _body.Write(bytes);
    }

    private void WriteText(int number, string? text)
    {
        if (!string.IsNullOrEmpty(text))
        {
            Proto.WriteText(_body, number, text);
        }
    }

    private static int VarintSize(ulong value)
    {
        var size = 1;
        for (; value >= 0x80; value >>= 7)
        {
            size++;
        }

        return size;
    }
}
