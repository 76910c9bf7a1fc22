namespace KinesisPatterns.Local.Faults;

/// <summary>What goes wrong.</summary>
internal enum FaultKind
{
    /// <summary>The process of a function is killed in the middle of a batch.</summary>
    Crash,

    /// <summary>A function does not answer until its time-out.</summary>
    Hang,

    /// <summary>The process of a function is killed when its work is done and its answer is not out yet.</summary>
    OutOfMemory,

    /// <summary>A batch that was processed is delivered again.</summary>
    Duplicate,

    /// <summary>A destination takes its time.</summary>
    Slow,

    /// <summary>A destination refuses a call because of its throughput.</summary>
    Throttled,

    /// <summary>A destination answers with an error of its own, and has done nothing.</summary>
    Unavailable,

    /// <summary>A destination does what it was asked for, and its answer is lost.</summary>
    LostAnswer,

    /// <summary>A destination takes a part of a batch.</summary>
    Partial,

    /// <summary>A stream is resharded while it is written and read.</summary>
    Reshard,

    /// <summary>A task manager of stateful functions is lost with the state it holds: the job goes back to its last checkpoint.</summary>
    TaskLoss,

    /// <summary>The host ends without notice and starts again.</summary>
    Restart,

    /// <summary>The clock of the services jumps.</summary>
    ClockSkew,

    /// <summary>A record that a function cannot process.</summary>
    Poison,
}
