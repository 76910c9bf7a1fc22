namespace KinesisPatterns.StateFun;

/// <summary>A function that is called with one message at a time, and has state for each address.</summary>
public interface IStatefulFunction
{
    /// <summary>
    /// Handles a message. Its effects (state, messages, timers, egresses) take place when the whole batch has succeeded, once;
    /// what it does to the world outside may take place again when the runtime repeats a batch.
    /// </summary>
    /// <param name="context">The address, its state, and the way to everybody else; valid during the call.</param>
    /// <param name="message">The message; valid during the call.</param>
    /// <param name="cancellation">Is cancelled when nobody waits for the answer any more.</param>
    ValueTask InvokeAsync(Context context, Message message, CancellationToken cancellation);
}

/// <summary>A function that is called with one message at a time: <see cref="IStatefulFunction"/> as a delegate.</summary>
public delegate ValueTask StatefulFunction(Context context, Message message, CancellationToken cancellation);

/// <summary>What the runtime has to know of a function: its type and the values it keeps.</summary>
public sealed class FunctionSpec
{
    /// <summary>Declares a function.</summary>
    /// <exception cref="ArgumentException">Two values have the same name, or one is null.</exception>
    public FunctionSpec(TypeName type, params ReadOnlySpan<ValueSpec> values)
    {
        ArgumentNullException.ThrowIfNull(type);
        if (values.Contains(null!))
        {
            throw new ArgumentException($"{type}: expected values, got null among them; is a static one declared below what uses it?", nameof(values));
        }

        (Type, Values) = (type, values.ToArray());
        if (Values.GroupBy(v => v.Name, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"{type}: expected values with different names, got '{twice.Key}' {twice.Count()} times", nameof(values));
        }
    }

    /// <summary>The function's type.</summary>
    public TypeName Type { get; }

    /// <summary>The values it keeps for each address.</summary>
    public IReadOnlyList<ValueSpec> Values { get; }
}
