namespace KinesisPatterns.StateFun.Wire;

/// <summary>A ToFunction: where its parts are in the bytes of the request, which stay as they are.</summary>
/// <remarks>
/// Fields may come in any order and messages in several parts, which are merged, as protobuf has it:
/// https://protobuf.dev/programming-guides/encoding/#last-one-wins
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
    private Invocation[] _invocations = new Invocation[16];
    private State[] _states = new State[4];
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

    public ReadOnlySpan<byte> StateName(int index) => _states[index].Name.Of(_bytes.Span);

    public ReadOnlySpan<byte> StateType(int index) => _states[index].Value.TypeName.Of(_bytes.Span);

    public bool StateHasValue(int index) => _states[index].Value.HasValue;

    public ReadOnlyMemory<byte> StateBytes(int index) => _states[index].Value.Bytes.Of(_bytes);

    public Message Argument(int index)
    {
        ref readonly var argument = ref _invocations[index].Argument;
        return new(argument.TypeName.Of(_bytes), argument.HasValue ? argument.Bytes.Of(_bytes) : default, argument.HasValue);
    }

    public bool HasCaller(int index) => _invocations[index].HasCaller;

    public Address Caller(int index)
    {
        ref readonly var caller = ref _invocations[index].Caller;
        var bytes = _bytes.Span;
        return new(TypeName.Received(Proto.Text(caller.Namespace.Of(bytes)), Proto.Text(caller.Type.Of(bytes))), Proto.Text(caller.Id.Of(bytes)));
    }

    /// <summary>The caller as it was sent; empty when it came in several parts or with unknown fields, which is never but allowed.</summary>
    public ReadOnlySpan<byte> CallerBytes(int index) => _invocations[index].CallerBytes.Of(_bytes.Span);

    public void Dispose()
    {
        (_bytes, _target, _hasTarget, Count, StateCount) = (default, default, false, 0, 0);
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
                Add(message, reader.Slice().Within(request));
            }
            else if (reader.Is(2, WireType.Length))
            {
                AddState(message, reader.Slice().Within(request));
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

    private void Add(ReadOnlySpan<byte> message, Slice invocation)
    {
        if (Count == _invocations.Length)
        {
            Array.Resize(ref _invocations, Count * 2);
        }

        var added = default(Invocation);
        var reader = new ProtoReader(invocation.Of(message));
        while (reader.Next())
        {
            if (reader.Is(1, WireType.Length))
            {
                var caller = reader.Slice().Within(invocation);
                var isPlain = added.Caller.Read(message, caller);
                added.CallerBytes = isPlain && !added.HasCaller ? caller : Slice.None;
                added.HasCaller = true;
            }
            else if (reader.Is(2, WireType.Length))
            {
                added.Argument.Read(message, reader.Slice().Within(invocation));
            }
            else
            {
                reader.Skip();
            }
        }

        _invocations[Count++] = added;
    }

    private void AddState(ReadOnlySpan<byte> message, Slice state)
    {
        if (StateCount == _states.Length)
        {
            Array.Resize(ref _states, StateCount * 2);
        }

        var added = default(State);
        var reader = new ProtoReader(state.Of(message));
        while (reader.Next())
        {
            if (reader.Is(1, WireType.Length))
            {
                added.Name = reader.Slice().Within(state);
            }
            else if (reader.Is(2, WireType.Length))
            {
                added.Value.Read(message, reader.Slice().Within(state));
            }
            else
            {
                reader.Skip();
            }
        }

        _states[StateCount++] = added;
    }

    private struct Invocation
    {
        public AddressParts Caller;
        public TypedValue Argument;
        public Slice CallerBytes;
        public bool HasCaller;
    }

    private struct State
    {
        public Slice Name;
        public TypedValue Value;
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
