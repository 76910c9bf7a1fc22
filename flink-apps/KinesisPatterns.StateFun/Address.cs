namespace KinesisPatterns.StateFun;

/// <summary>One instance of a function: its type and its id. All state and all timers belong to an address.</summary>
/// <param name="Type">The function's type.</param>
/// <param name="Id">The id within the type; Flink distributes work by it, whatever the type.</param>
public readonly record struct Address(TypeName Type, string Id)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Type}/{Id}";
}
