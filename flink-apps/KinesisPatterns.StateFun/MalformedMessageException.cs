namespace KinesisPatterns.StateFun;

/// <summary>A request that is none: bytes that are not what Stateful Functions' protocol says they should be.</summary>
/// <remarks>A value that its type cannot read is a plain <see cref="FormatException"/>: its request is one, and its function's error policy applies.</remarks>
public sealed class MalformedMessageException(string found) : FormatException($"Not a message of Stateful Functions: {found}.")
{
    internal string Found { get; } = found;
}
