namespace KinesisPatterns.Local.StatefulFunctions;

/// <summary>How a job runs here.</summary>
internal sealed record JobOptions
{
    /// <summary>How many calls there may be at once. On AWS a thousand and more; here each is a process.</summary>
    public int Pool { get; init; } = Math.Clamp(Environment.ProcessorCount * 2, 4, 16);

    /// <summary>How long a call may take with everything that is tried again: <c>call</c>.</summary>
    public TimeSpan Call { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How often there is a checkpoint; less often where one takes long.</summary>
    public TimeSpan CheckpointEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How many checkpoints in a row may fail before the job does.</summary>
    public int TolerableFailedCheckpoints { get; init; } = 3;

    /// <summary>How long the job waits before it begins again; half as long again each time it fails, up to a minute.</summary>
    public TimeSpan RestartAfter { get; init; } = TimeSpan.FromSeconds(1);
}
