using System.Buffers;

namespace KinesisPatterns.StateFun.Testing;

/// <summary>A value as it travels: the name of its type, and its bytes.</summary>
public sealed class TypedValue : IEquatable<TypedValue>
{
    /// <summary>Makes a value of bytes.</summary>
    /// <param name="typeName">The name of its type.</param>
    /// <param name="bytes">Its bytes.</param>
    /// <param name="hasValue">Whether it is there at all; the bytes of a value that is there may be empty.</param>
    public TypedValue(string typeName, ReadOnlyMemory<byte> bytes, bool hasValue = true) =>
        (TypeName, Bytes, HasValue) = (typeName, bytes, hasValue);

    /// <summary>The name of its type.</summary>
    public string TypeName { get; }

    /// <summary>Its bytes.</summary>
    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Whether it is there at all.</summary>
    public bool HasValue { get; }

    /// <summary>Whether two values are the same: name and bytes.</summary>
    public static bool operator ==(TypedValue? left, TypedValue? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Whether two values are not the same.</summary>
    public static bool operator !=(TypedValue? left, TypedValue? right) => !(left == right);

    /// <summary>A value of a type.</summary>
    public static TypedValue Of<T>(StateFunType<T> type, T value)
    {
        ArgumentNullException.ThrowIfNull(type);
        var bytes = new ArrayBufferWriter<byte>();
        type.Serialize(value, bytes);
        return new(type.TypeName.ToString(), bytes.WrittenMemory);
    }

    /// <summary>Whether it is of a type.</summary>
    public bool Is<T>(StateFunType<T> type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return TypeName == type.TypeName.ToString();
    }

    /// <summary>The value as one of a type.</summary>
    /// <exception cref="InvalidOperationException">It is of another type.</exception>
    public T As<T>(StateFunType<T> type) => Is(type)
        ? type.Deserialize(Bytes.Span)
        : throw new InvalidOperationException($"expected a value of {type.TypeName}, got one of {TypeName}");

    /// <inheritdoc/>
    public bool Equals(TypedValue? other) => other is not null && TypeName == other.TypeName
        && HasValue == other.HasValue && Bytes.Span.SequenceEqual(other.Bytes.Span);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TypedValue);

    /// <inheritdoc/>
    public override int GetHashCode()
    {
        var hash = new HashCode();
        hash.Add(TypeName, StringComparer.Ordinal);
        hash.AddBytes(Bytes.Span);
        return hash.ToHashCode();
    }

    /// <inheritdoc/>
    public override string ToString() => HasValue ? $"{TypeName}:{Convert.ToHexString(Bytes.Span)}" : $"{TypeName}: no value";
}
