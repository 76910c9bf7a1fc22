namespace KinesisPatterns.Local.StatefulFunctions;

/// <summary>The checkpoint that a job would go on from now.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Time">When it was complete, or when nothing had changed since.</param>
/// <param name="Bytes">Its size.</param>
/// <param name="Took">How long it took.</param>
internal sealed record CheckpointStatus(long Number, DateTimeOffset Time, long Bytes, TimeSpan Took);

/// <summary>What a job has done so far.</summary>
internal sealed record JobStatistics
{
    /// <summary>Calls that were answered with effects.</summary>
    public long Calls { get; init; }

    /// <summary>Messages in them.</summary>
    public long Messages { get; init; }

    /// <summary>The most messages in one.</summary>
    public int LargestBatch { get; init; }

    /// <summary>Attempts that were made again.</summary>
    public long FailedAttempts { get; init; }

    /// <summary>Calls under way.</summary>
    public int InFlight { get; init; }

    /// <summary>Messages that wait for a call of their address to end.</summary>
    public int Backlog { get; init; }

    /// <summary>Timers that are running.</summary>
    public int Timers { get; init; }

    /// <summary>Records that arrived in streams.</summary>
    public long Egressed { get; init; }

    /// <summary>How often the job failed and began again from a checkpoint.</summary>
    public int Restarts { get; init; }

    /// <summary>Why it failed last, while it has not come further since.</summary>
    public string? Failure { get; init; }

    /// <summary>Checkpoints that failed.</summary>
    public int FailedCheckpoints { get; init; }

    /// <summary>The last complete one.</summary>
    public CheckpointStatus? Checkpoint { get; init; }
}
