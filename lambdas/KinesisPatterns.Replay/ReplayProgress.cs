namespace KinesisPatterns.Replay;

/// <summary>What a replay is about.</summary>
public enum ReplayPhase
{
    /// <summary>Reads the archive.</summary>
    Archive,

    /// <summary>Reads what the stream retains.</summary>
    Stream,

    /// <summary>Looks for gaps.</summary>
    Verification,

    /// <summary>Everything is in the table.</summary>
    Complete,

    /// <summary>Everything is in the table, and it is the read model.</summary>
    Switched,
}

/// <summary>How far a replay is.</summary>
public sealed record ReplayProgress(ReplayPhase Phase, ReplayCounts Counts);

/// <summary>A replay that must not go on: what is wrong and what can be done.</summary>
public sealed class ReplayException : Exception
{
    /// <summary>An error.</summary>
    public ReplayException(string message) : base(message)
    {
    }

    /// <summary>An error with its cause.</summary>
    public ReplayException(string message, Exception inner) : base(message, inner)
    {
    }

    /// <summary>An error without a message.</summary>
    public ReplayException()
    {
    }
}
