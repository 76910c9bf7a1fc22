namespace KinesisPatterns.StateFun;

/// <summary>When the runtime lets go of a value that is no longer used. The default is never.</summary>
/// <remarks>
/// A value's expiration is fixed once the runtime knows the value: changing it takes effect in a new job only.
/// </remarks>
public readonly record struct Expiration
{
    private Expiration(ExpirationMode mode, TimeSpan after)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(after, TimeSpan.FromMilliseconds(1), nameof(after));
        (Mode, After) = (mode, after);
    }

    internal ExpirationMode Mode { get; }

    internal TimeSpan After { get; }

    /// <summary>The time runs anew with every write: a millisecond at least, in whole milliseconds.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="after"/> is below a millisecond.</exception>
    public static Expiration AfterWrite(TimeSpan after) => new(ExpirationMode.AfterWrite, after);

    /// <summary>The time runs anew with every call of the function: a millisecond at least, in whole milliseconds.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="after"/> is below a millisecond.</exception>
    public static Expiration AfterCall(TimeSpan after) => new(ExpirationMode.AfterInvoke, after);
}

internal enum ExpirationMode
{
    None = 0,
    AfterWrite = 1,
    AfterInvoke = 2,
}
