namespace KinesisPatterns.StateFun.Testing;

/// <summary>What a function did would have failed the Flink job: it restarts from its last checkpoint, meets the same again, and so on.</summary>
public sealed class JobFailedException : Exception
{
    internal JobFailedException(Address address, string reason, Exception? inner = null)
        : base($"{address}: {reason}", inner) => Address = address;

    /// <summary>Whose batch it was.</summary>
    public Address Address { get; }
}
