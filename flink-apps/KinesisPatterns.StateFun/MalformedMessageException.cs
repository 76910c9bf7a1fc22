namespace KinesisPatterns.StateFun;

/// <summary>Bytes that are not what Stateful Functions' protocol says they should be.</summary>
public sealed class MalformedMessageException(string found) : FormatException($"Not a message of Stateful Functions: {found}.");
