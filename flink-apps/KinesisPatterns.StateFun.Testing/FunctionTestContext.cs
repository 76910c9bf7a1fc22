using KinesisPatterns.StateFun.Testing.Wire;

namespace KinesisPatterns.StateFun.Testing;

/// <summary>Calls one function and shows what it did, without anybody else taking part.</summary>
public sealed class FunctionTestContext
{
    private readonly RequestReplyHandler _handler;
    private readonly FunctionSpec _spec;
    private readonly Dictionary<string, TypedValue> _values = new(StringComparer.Ordinal);

    /// <summary>Tests a function that is a delegate.</summary>
    public FunctionTestContext(FunctionSpec spec, StatefulFunction function, string id = "id")
        : this(spec, id, functions => functions.Add(spec, function))
    {
    }

    /// <summary>Tests a function.</summary>
    public FunctionTestContext(FunctionSpec spec, IStatefulFunction function, string id = "id")
        : this(spec, id, functions => functions.Add(spec, function))
    {
    }

    private FunctionTestContext(FunctionSpec spec, string id, Action<StatefulFunctions> add)
    {
        ArgumentNullException.ThrowIfNull(spec);
        var functions = new StatefulFunctions();
        add(functions);
        (_handler, _spec, Self) = (new(functions), spec, spec.Type.WithId(id));
    }

    /// <summary>The address that is called.</summary>
    public Address Self { get; }

    /// <summary>Whom the function takes for the sender; null for an ingress.</summary>
    public Address? Caller { get; set; }

    /// <summary>Calls the function with a message; its values change as they would.</summary>
    /// <returns>What else it did. What it throws is thrown here, and its values stay as they were.</returns>
    public Task<Effects> SendAsync<T>(StateFunType<T> type, T value, CancellationToken cancellation = default) =>
        SendAsync([TypedValue.Of(type, value)], cancellation);

    /// <summary>Calls the function with a batch of messages; its values change as they would.</summary>
    /// <returns>What else it did. What it throws is thrown here, and its values stay as they were.</returns>
    public async Task<Effects> SendAsync(IEnumerable<TypedValue> batch, CancellationToken cancellation = default)
    {
        var state = _spec.Values.Select(v => KeyValuePair.Create(v.Name, _values.GetValueOrDefault(v.Name)));
        var request = RequestWriter.Write(Self, state, batch.Select(argument => (Caller, argument)));
        using var reply = await _handler.HandleAsync(request, cancellation: cancellation);
        var effects = MessageReader.Read(reply.Bytes).Effects!;
        foreach (var mutation in effects.Mutations)
        {
            if (mutation.Value is { } value)
            {
                _values[mutation.Name] = value;
            }
            else
            {
                _values.Remove(mutation.Name);
            }
        }

        return effects;
    }

    /// <summary>Sets a value before the function is called.</summary>
    /// <exception cref="ArgumentException">The function does not have this value.</exception>
    public void Set<T>(ValueSpec<T> spec, T value) => _values[Declared(spec).Name] = TypedValue.Of(spec.Type, value);

    /// <summary>A value, or the type's default where there is none.</summary>
    /// <exception cref="ArgumentException">The function does not have this value.</exception>
    public T? Get<T>(ValueSpec<T> spec) => TryGet(spec, out var value) ? value : default;

    /// <summary>A value, if there is one.</summary>
    /// <exception cref="ArgumentException">The function does not have this value.</exception>
    public bool TryGet<T>(ValueSpec<T> spec, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out T value)
    {
        var isThere = _values.TryGetValue(Declared(spec).Name, out var kept);
        value = isThere ? kept!.As(spec.Type) : default;
        return isThere;
    }

    private ValueSpec<T> Declared<T>(ValueSpec<T> spec)
    {
        ArgumentNullException.ThrowIfNull(spec);
        return _spec.Values.Contains(spec)
            ? spec
            : throw new ArgumentException($"{_spec.Type}: expected one of the values it is registered with, got '{spec.Name}'", nameof(spec));
    }
}
