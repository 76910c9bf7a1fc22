namespace KinesisPatterns.Cdk;

/// <summary>How many calls of remote functions there may be at a time, and how much is in one.</summary>
internal static class RemoteCalls
{
    // Lambda takes and gives 6 MB, of which base64 leaves three quarters, and the event around it some more.
    // https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
    public const int UsableBytes = 4_400_000;

    // The runtime's own default; an address that has more messages waiting is blocked.
    public const int LargestBatch = 1_000;

    /// <summary>API Gateway waits no longer; the function has to have ended before.</summary>
    /// <remarks>https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html</remarks>
    public const int ApiSeconds = 29;

    /// <summary>The most messages of one address whose request and whose answer fit; 0 when not even one does.</summary>
    public static int Batch(double messageBytes, double stateBytes) =>
        (int)Math.Clamp(Math.Floor((UsableBytes - stateBytes) / messageBytes), 0, LargestBatch);

    /// <summary>
    /// The connections of one function type in one subtask: each subtask has a pool for each type, and all of them together
    /// call no more at a time than functions may run; 0 when there are too few.
    /// </summary>
    public static int PoolSize(int concurrency, int parallelism, int types) => concurrency / (parallelism * types);

    /// <summary>
    /// The calls that one subtask begins before it holds its input back. No more than it has connections: what waits for one
    /// in vain is repeated.
    /// </summary>
    public static int PerTask(IEnumerable<(int PoolSize, int Types)> pools) => pools.Min(pool => pool.PoolSize * pool.Types);
}
