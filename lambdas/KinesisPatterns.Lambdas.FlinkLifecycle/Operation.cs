namespace KinesisPatterns.Lambdas.FlinkLifecycle;

/// <summary>Something done to an application.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind">What it is called in the API, such as <c>StartApplication</c>.</param>
/// <param name="Status">One of IN_PROGRESS, CANCELLED, SUCCESSFUL, FAILED.</param>
/// <param name="Started">When it began.</param>
/// <param name="Ended">When it was over; null while it is not.</param>
internal sealed record Operation(string Id, string Kind, string Status, DateTimeOffset Started, DateTimeOffset? Ended)
{
    public const string Start = "StartApplication";
    public const string Stop = "StopApplication";
    public const string Update = "UpdateApplication";
    public const string RollBack = "RollbackApplication";

    public bool IsInProgress => Status == "IN_PROGRESS";

    public bool Failed => Status is "FAILED" or "CANCELLED";
}

/// <summary>What to ask of the operations of an application.</summary>
internal static class Operations
{
    public static Operation? Latest(this IReadOnlyList<Operation> operations, params IReadOnlyList<string> kinds) =>
        operations.Where(operation => kinds.Count == 0 || kinds.Contains(operation.Kind)).MaxBy(operation => operation.Started);

    /// <summary>Since when the one that is not over goes on; null when all are over.</summary>
    public static DateTimeOffset? Since(this IReadOnlyList<Operation> operations) =>
        operations.Where(operation => operation.IsInProgress).MaxBy(operation => operation.Started)?.Started;
}
