namespace KinesisPatterns.StateFun.Wire;

/// <summary>A ToFunction: where its parts are in the bytes of the request, which stay as they are.</summary>
/// <remarks>
/// Fields may come in any order and messages in several parts, which are merged, as protobuf has it:
/// https://protobuf.dev/programming-guides/encoding/#last-one-wins
/// Of invocations and states it is kept where they are, and each is read when it is its turn: an invocation may have no more than two bytes, and a
/// request many millions of them.
/// </remarks>
internal sealed class InvocationBatch : IDisposable
{
    private const int Request = 100;

    // Nearly every batch fits into what the one before it left behind.
    private const int KeptInvocations = 1024;
    private const int KeptStates = 16;

    [ThreadStatic]
    private static InvocationBatch? _spare;

    private ReadOnlyMemory<byte> _bytes;
    private Slice[] _invocations = new Slice[16];
    private Slice[] _states = new Slice[4];
    private Invocation _invocation;
    private State _state;
    private int _invocationRead = -1;
    private int _stateRead = -1;
    private AddressParts _target;
    private bool _hasTarget;

    private InvocationBatch()
    {
    }

    public int Count { get; private set; }

    public int StateCount { get; private set; }

    /// <summary>Reads a request, whose bytes have to stay as they are until the batch is disposed.</summary>
    public static InvocationBatch Of(ReadOnlyMemory<byte> bytes)
    {
        var batch = _spare ?? new();
        _spare = null;
        batch._bytes = bytes;
        try
        {
            batch.Read(bytes.Span);
            return batch;
        }
        catch
        {
            batch.Dispose();
            throw;
        }
    }

    public ReadOnlySpan<byte> TargetNamespace => _target.Namespace.Of(_bytes.Span);

    public ReadOnlySpan<byte> TargetType => _target.Type.Of(_bytes.Span);

    public ReadOnlySpan<byte> TargetId => _target.Id.Of(_bytes.Span);

    public ReadOnlySpan<byte> StateName(int index) => StateAt(index).Name.Of(_bytes.Span);

    public ReadOnlySpan<byte> StateType(int index) => StateAt(index).Value.TypeName.Of(_bytes.Span);

    public bool StateHasValue(int index) => StateAt(index).Value.HasValue;

    public ReadOnlyMemory<byte> StateBytes(int index) => StateAt(index).Value.Bytes.Of(_bytes);

    public Message Argument(int index)
    {
        ref readonly var argument = ref InvocationAt(index).Argument;
        return new(argument.TypeName.Of(_bytes), argument.HasValue ? argument.Bytes.Of(_bytes) : default, argument.HasValue);
    }

    public bool HasCaller(int index) => InvocationAt(index).HasCaller;

    public Address Caller(int index)
    {
        ref readonly var caller = ref InvocationAt(index).Caller;
        var bytes = _bytes.Span;
        return new(TypeName.Received(Proto.Text(caller.Namespace.Of(bytes)), Proto.Text(caller.Type.Of(bytes))), Proto.Text(caller.Id.Of(bytes)));
    }

    /// <summary>The caller as it was sent; empty when it came in several parts or with unknown fields, which is never but allowed.</summary>
    public ReadOnlySpan<byte> CallerBytes(int index) => InvocationAt(index).CallerBytes.Of(_bytes.Span);

    public void Dispose()
    {
        (_bytes, _target, _hasTarget, Count, StateCount, _invocationRead, _stateRead) = (default, default, false, 0, 0, -1, -1);
        if (_invocations.Length <= KeptInvocations && _states.Length <= KeptStates)
        {
            _spare = this;
        }
    }

    private void Read(ReadOnlySpan<byte> message)
    {
        var reader = new ProtoReader(message);
        while (reader.Next())
        {
            if (reader.Is(Request, WireType.Length))
            {
                ReadRequest(message, reader.Slice());
            }
            else
            {
                reader.Skip();
            }
        }

        if (!_hasTarget)
        {
            throw new MalformedMessageException("no invocation of a function (fields 100 and 1)");
        }
    }

    private void ReadRequest(ReadOnlySpan<byte> message, Slice request)
    {
        var reader = new ProtoReader(request.Of(message));
        while (reader.Next())
        {
            if (reader.Is(3, WireType.Length))
            {
                Add(ref _invocations, Count++, reader.Slice().Within(request));
            }
            else if (reader.Is(2, WireType.Length))
            {
                Add(ref _states, StateCount++, reader.Slice().Within(request));
            }
            else if (reader.Is(1, WireType.Length))
            {
                _hasTarget = true;
                _target.Read(message, reader.Slice().Within(request));
            }
            else
            {
                reader.Skip();
            }
        }
    }

    private static void Add(ref Slice[] slices, int count, Slice added)
    {
        if (count == slices.Length)
        {
            Array.Resize(ref slices, count * 2);
        }

        slices[count] = added;
    }

    private ref readonly Invocation InvocationAt(int index)
    {
        if (_invocationRead != index)
        {
            _invocationRead = -1;
            _invocation = default;
            _invocation.Read(_bytes.Span, _invocations[index]);
            _invocationRead = index;
        }

        return ref _invocation;
    }

    private ref readonly State StateAt(int index)
    {
        if (_stateRead != index)
        {
            _stateRead = -1;
            _state = default;
            _state.Read(_bytes.Span, _states[index]);
            _stateRead = index;
        }

        return ref _state;
    }

    private struct Invocation
    {
        public AddressParts Caller;
        public TypedValue Argument;
        public Slice CallerBytes;
        public bool HasCaller;

        public void Read(ReadOnlySpan<byte> message, Slice invocation)
        {
            var reader = new ProtoReader(invocation.Of(message));
            while (reader.Next())
            {
                if (reader.Is(1, WireType.Length))
                {
                    var caller = reader.Slice().Within(invocation);
                    var isPlain = Caller.Read(message, caller);
                    CallerBytes = isPlain && !HasCaller ? caller : Slice.None;
                    HasCaller = true;
                }
                else if (reader.Is(2, WireType.Length))
                {
                    Argument.Read(message, reader.Slice().Within(invocation));
                }
                else
                {
                    reader.Skip();
                }
            }
        }
    }

    private struct State
    {
        public Slice Name;
        public TypedValue Value;

        public void Read(ReadOnlySpan<byte> message, Slice state)
        {
            var reader = new ProtoReader(state.Of(message));
            while (reader.Next())
            {
                if (reader.Is(1, WireType.Length))
                {
                    Name = reader.Slice().Within(state);
                }
                else if (reader.Is(2, WireType.Length))
                {
                    Value.Read(message, reader.Slice().Within(state));
                }
                else
                {
                    reader.Skip();
                }
            }
        }
    }

    private struct AddressParts
    {
        public Slice Namespace;
        public Slice Type;
        public Slice Id;

        /// <summary>Reads an address, or a part of one.</summary>
        /// <returns>Whether there is nothing else in it.</returns>
        public bool Read(ReadOnlySpan<byte> message, Slice address)
        {
            var isPlain = true;
            var reader = new ProtoReader(address.Of(message));
            while (reader.Next())
            {
                if (reader.Is(1, WireType.Length))
                {
                    Namespace = reader.Slice().Within(address);
                }
                else if (reader.Is(2, WireType.Length))
                {
                    Type = reader.Slice().Within(address);
                }
                else if (reader.Is(3, WireType.Length))
                {
                    Id = reader.Slice().Within(address);
                }
                else
                {
                    reader.Skip();
                    isPlain = false;
                }
            }

            return isPlain;
        }
    }

    private struct TypedValue
    {
        public Slice TypeName;
        public Slice Bytes;
        public bool HasValue;

        public void Read(ReadOnlySpan<byte> message, Slice value)
        {
            var reader = new ProtoReader(value.Of(message));
            while (reader.Next())
            {
                if (reader.Is(3, WireType.Length))
                {
                    Bytes = reader.Slice().Within(value);
                }
                else if (reader.Is(1, WireType.Length))
                {
                    TypeName = reader.Slice().Within(value);
                }
                else if (reader.Is(2, WireType.Varint))
                {
                    HasValue = reader.Varint() != 0;
                }
                else
                {
                    reader.Skip();
                }
            }
        }
    }
}
