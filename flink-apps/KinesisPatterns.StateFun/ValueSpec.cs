using System.Buffers;
using System.Text.RegularExpressions;
using KinesisPatterns.StateFun.Wire;

namespace KinesisPatterns.StateFun;

/// <summary>A value that the runtime keeps for each address of a function: its name, its type and when it expires.</summary>
public abstract partial class ValueSpec
{
    private protected ValueSpec(string name, TypeName typeName, Expiration expiration)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (!Portable().IsMatch(name))
        {
            throw new ArgumentException(
                $"ValueSpec: expected a name of letters, digits and '_' that does not begin with a digit, got '{name}'", nameof(name));
        }

        (Name, TypeName, Expiration) = (name, typeName, expiration);
        Utf8Name = Proto.Utf8(name);
        Declaration = Declare();
    }

    /// <summary>The name within the function.</summary>
    public string Name { get; }

    /// <summary>The name of the value's type.</summary>
    public TypeName TypeName { get; }

    /// <summary>When the runtime lets go of the value.</summary>
    public Expiration Expiration { get; }

    internal byte[] Utf8Name { get; }

    // A whole PersistedValueSpec.
    internal byte[] Declaration { get; }

    internal abstract StateCell NewCell();

    private byte[] Declare()
    {
        var expiration = new ArrayBufferWriter<byte>();
        if (Expiration.Mode != ExpirationMode.None)
        {
            Proto.WriteVarint(expiration, 1, (ulong)Expiration.Mode);
            Proto.WriteVarint(expiration, 2, (ulong)Expiration.After.TotalMilliseconds);
        }

        return [.. Proto.Field(1, Name), .. Proto.Field(2, expiration.WrittenSpan), .. Proto.Field(3, TypeName.ToString())];
    }

    // What the SDKs for Java and Go accept; those for Python and JavaScript want lower case, which matters to nobody but their own functions.
    [GeneratedRegex("^[a-zA-Z_][a-zA-Z0-9_]*\\z", RegexOptions.CultureInvariant)]
    private static partial Regex Portable();
}

/// <summary>A value of one type that the runtime keeps for each address of a function.</summary>
public sealed class ValueSpec<T> : ValueSpec
{
    /// <summary>Declares a value.</summary>
    /// <param name="name">Letters, digits and '_', no digit first. A value keeps its name for as long as its data matters.</param>
    /// <param name="type">The value's type. The runtime refuses another type for a name that it knows, and the job fails.</param>
    /// <param name="expiration">When the runtime lets go of the value; never unless said otherwise.</param>
    /// <exception cref="ArgumentException">The name is not of that form.</exception>
    public ValueSpec(string name, StateFunType<T> type, Expiration expiration = default)
        : base(name, Required(type).TypeName, expiration) => Type = type;

    /// <summary>The value's type.</summary>
    public StateFunType<T> Type { get; }

    internal override StateCell NewCell() => new StateCell<T>(this);

    private static StateFunType<T> Required(StateFunType<T> type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return type;
    }
}
