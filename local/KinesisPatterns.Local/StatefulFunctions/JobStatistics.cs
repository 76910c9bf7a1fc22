namespace KinesisPatterns.Local.StatefulFunctions;

/// <summary>The checkpoint that a job would go on from now.</summary>
internal sealed record CheckpointStatus(long Number, DateTimeOffset Time, long Bytes, TimeSpan Took);

/// <summary>What a job has done so far.</summary>
/// <param name="Calls">Calls that were answered with effects.</param>
/// <param name="Messages">Messages in them.</param>
/// <param name="LargestBatch">The most messages in one.</param>
/// <param name="FailedAttempts">Attempts that were made again.</param>
/// <param name="InFlight">Calls under way.</param>
/// <param name="Backlog">Messages that wait for a call of their address to end.</param>
/// <param name="Egressed">Records that arrived in streams.</param>
/// <param name="Restarts">How often the job failed and began again from a checkpoint.</param>
/// <param name="Failure">Why it failed last, while it has not come further since.</param>
/// <param name="Checkpoint">The last complete one.</param>
internal sealed record JobStatistics(
    long Calls, long Messages, int LargestBatch, long FailedAttempts, int InFlight, int Backlog, long Egressed, int Restarts, string? Failure, CheckpointStatus? Checkpoint);
