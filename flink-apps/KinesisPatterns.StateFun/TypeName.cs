using System.Text;
using KinesisPatterns.StateFun.Wire;

namespace KinesisPatterns.StateFun;

/// <summary>The name of a function type, of a value type or of an egress: <c>namespace/name</c>.</summary>
/// <remarks>
/// Exactly one slash: the SDKs of other languages allow more of them, the runtime's parser does not.
/// </remarks>
public sealed class TypeName : IEquatable<TypeName>
{
    private readonly string _text;

    private TypeName(string @namespace, string name)
    {
        (Namespace, Name) = (@namespace, name);
        _text = $"{@namespace}/{name}";
        Utf8 = Encoding.UTF8.GetBytes(_text);
        AddressPrefix = [.. Proto.Field(1, @namespace), .. Proto.Field(2, name)];
        ValuePrefix = [.. Proto.Field(1, _text), 0x10, 0x01];
    }

    /// <summary>What stands before the slash.</summary>
    public string Namespace { get; }

    /// <summary>What stands behind the slash.</summary>
    public string Name { get; }

    internal byte[] Utf8 { get; }

    // The fields namespace and type of an Address.
    internal byte[] AddressPrefix { get; }

    // The fields typename and has_value of a TypedValue.
    internal byte[] ValuePrefix { get; }

    /// <summary>Reads <c>namespace/name</c>.</summary>
    /// <exception cref="ArgumentException">There is not exactly one slash, or one side of it is empty.</exception>
    public static TypeName Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var parts = text.Split('/');
        return parts is [{ Length: > 0 } @namespace, { Length: > 0 } name]
            ? new(@namespace, name)
            : throw new ArgumentException($"TypeName: expected namespace/name with one slash, got '{text}'", nameof(text));
    }

    /// <summary>Whether two names have the same text.</summary>
    public static bool operator ==(TypeName? left, TypeName? right) => left is null ? right is null : left.Equals(right);

    /// <summary>Whether two names have different texts.</summary>
    public static bool operator !=(TypeName? left, TypeName? right) => !(left == right);

    /// <summary>The address of the instance with an id.</summary>
    public Address WithId(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return new(this, id);
    }

    /// <inheritdoc/>
    public override string ToString() => _text;

    /// <inheritdoc/>
    public bool Equals(TypeName? other) => other is not null && _text == other._text;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as TypeName);

    /// <inheritdoc/>
    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(_text);

    // What the runtime sends was accepted elsewhere: it is told as it is.
    internal static TypeName Received(string @namespace, string name) => new(@namespace, name);
}
