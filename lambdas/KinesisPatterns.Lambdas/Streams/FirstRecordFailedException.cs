namespace KinesisPatterns.Lambdas.Streams;

/// <summary>The first record of a batch failed and others did not.</summary>
/// <remarks>
/// A partial response that names the first record halves nothing: after its retries Lambda would give the whole batch
/// up, good records included. A function error is halved (BisectBatchOnFunctionError) until the bad record is alone.
/// When every record failed, what they are written to is at fault, and the batch is better retried as it is.
/// </remarks>
public sealed class FirstRecordFailedException : Exception
{
    /// <summary>An error that names the record.</summary>
    public FirstRecordFailedException(string message) : base(message)
    {
    }

    /// <summary>An error with its cause.</summary>
    public FirstRecordFailedException(string message, Exception inner) : base(message, inner)
    {
    }

    /// <summary>An error without a message.</summary>
    public FirstRecordFailedException()
    {
    }
}
