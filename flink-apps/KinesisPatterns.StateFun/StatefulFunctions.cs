namespace KinesisPatterns.StateFun;

/// <summary>The functions of an endpoint, by type.</summary>
public sealed class StatefulFunctions
{
    private readonly Dictionary<string, FunctionDefinition> _definitions = new(StringComparer.Ordinal);

    /// <summary>The types that were added.</summary>
    public IReadOnlyCollection<TypeName> Types => [.. _definitions.Values.Select(d => d.Spec.Type)];

    internal IReadOnlyDictionary<string, FunctionDefinition> Definitions => _definitions;

    /// <summary>Adds a function that is a delegate.</summary>
    /// <param name="spec">Its type and its values.</param>
    /// <param name="function">What it does.</param>
    /// <param name="errors">What becomes of a batch in which it throws; it fails unless said otherwise.</param>
    /// <exception cref="ArgumentException">There is a function of that type already.</exception>
    public void Add(FunctionSpec spec, StatefulFunction function, ErrorPolicy? errors = null)
    {
        ArgumentNullException.ThrowIfNull(function);
        Add(spec, new DelegateFunction(function), errors);
    }

    /// <summary>Adds a function that serves all batches, many at a time.</summary>
    /// <inheritdoc cref="Add(FunctionSpec, StatefulFunction, ErrorPolicy?)"/>
    public void Add(FunctionSpec spec, IStatefulFunction function, ErrorPolicy? errors = null)
    {
        ArgumentNullException.ThrowIfNull(function);
        Add(spec, _ => function, errors);
    }

    /// <summary>Adds a function that is created for each batch.</summary>
    /// <param name="spec">Its type and its values.</param>
    /// <param name="create">Creates it from the services of the request.</param>
    /// <param name="errors">What becomes of a batch in which it throws; it fails unless said otherwise.</param>
    /// <exception cref="ArgumentException">There is a function of that type already.</exception>
    public void Add(FunctionSpec spec, Func<IServiceProvider, IStatefulFunction> create, ErrorPolicy? errors = null)
    {
        ArgumentNullException.ThrowIfNull(spec);
        ArgumentNullException.ThrowIfNull(create);
        if (!_definitions.TryAdd(spec.Type.ToString(), new(spec, create, errors ?? ErrorPolicy.FailBatch)))
        {
            throw new ArgumentException($"{spec.Type}: expected one function of a type, got a second", nameof(spec));
        }
    }

    private sealed class DelegateFunction(StatefulFunction function) : IStatefulFunction
    {
        public ValueTask InvokeAsync(Context context, Message message, CancellationToken cancellation) => function(context, message, cancellation);
    }
}
