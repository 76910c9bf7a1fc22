using System.Buffers;

namespace KinesisPatterns.StateFun;

/// <summary>How values of a type become bytes, and the name that tells others what the bytes are.</summary>
/// <remarks>Both sides of a message, and all versions of a function, have to agree on name and bytes.</remarks>
public abstract class StateFunType<T>
{
    /// <summary>Defines a type by its name.</summary>
    protected StateFunType(TypeName typeName)
    {
        ArgumentNullException.ThrowIfNull(typeName);
        TypeName = typeName;
    }

    /// <summary>The name that travels with the bytes.</summary>
    public TypeName TypeName { get; }

    // A value that nobody can change may be kept as it is; any other is written when it is set and read anew each time,
    // so that a batch has the same effects however the runtime cuts it.
    internal virtual bool IsImmutable => false;

    /// <summary>Reads a value. Empty bytes are a value too: the default one of most types.</summary>
    /// <exception cref="FormatException">The bytes are not a value of this type.</exception>
    public abstract T Deserialize(ReadOnlySpan<byte> bytes);

    /// <summary>Writes a value.</summary>
    public abstract void Serialize(T value, IBufferWriter<byte> output);
}
