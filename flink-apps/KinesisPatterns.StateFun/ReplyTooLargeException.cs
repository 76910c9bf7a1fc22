namespace KinesisPatterns.StateFun;

/// <summary>An answer that the way back to the runtime would not carry.</summary>
/// <remarks>The runtime would call again with the same batch, and the answer would be as large: it has to be seen, not retried.</remarks>
public sealed class ReplyTooLargeException : InvalidOperationException
{
    internal ReplyTooLargeException(Address self, int done, int batch, int bytes, int limit)
        : base($"{self}: expected an answer of at most {limit:N0} bytes, got {bytes:N0} after {done} of {batch} messages; "
            + "lower maxNumBatchRequests of the endpoint, or keep state and messages smaller")
    {
        (Bytes, Limit) = (bytes, limit);
    }

    /// <summary>How large the answer had become, in bytes.</summary>
    public int Bytes { get; }

    /// <summary>How large it may be, in bytes.</summary>
    public int Limit { get; }
}
