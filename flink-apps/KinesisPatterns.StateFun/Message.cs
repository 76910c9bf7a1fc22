using System.Diagnostics.CodeAnalysis;
using KinesisPatterns.StateFun.Wire;

namespace KinesisPatterns.StateFun;

/// <summary>What was sent to a function: the name of a type, and bytes. It is there until the function has answered.</summary>
public readonly struct Message
{
    private readonly ReadOnlyMemory<byte> _typeName;

    internal Message(ReadOnlyMemory<byte> typeName, ReadOnlyMemory<byte> value, bool hasValue) =>
        (_typeName, Bytes, HasValue) = (typeName, value, hasValue);

    /// <summary>The name of the message's type, as it was sent.</summary>
    public string TypeName => Proto.Text(_typeName.Span);

    /// <summary>The message's bytes.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Whether there is a value; without one the bytes are empty, and read as the default of most types.</summary>
    public bool HasValue { get; }

    internal ReadOnlySpan<byte> Utf8TypeName => _typeName.Span;

    /// <summary>Whether the message is of a type.</summary>
    public bool Is<T>(StateFunType<T> type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return _typeName.Span.SequenceEqual(type.TypeName.Utf8);
    }

    /// <summary>The message as a value of a type.</summary>
    /// <exception cref="InvalidOperationException">The message is of another type.</exception>
    /// <exception cref="FormatException">The bytes are not a value of that type.</exception>
    public T As<T>(StateFunType<T> type) => Is(type)
        ? type.Deserialize(Bytes.Span)
        : throw new InvalidOperationException($"expected a message of {type.TypeName}, got one of {TypeName}");

    /// <summary>The message as a value of a type, if it is of that type.</summary>
    /// <exception cref="FormatException">The bytes are not a value of that type.</exception>
    public bool TryGet<T>(StateFunType<T> type, [MaybeNullWhen(false)] out T value)
    {
        var matches = Is(type);
        value = matches ? type.Deserialize(Bytes.Span) : default;
        return matches;
    }
}
