namespace KinesisPatterns.Local.Lambda;

/// <summary>What an on-failure destination gets of records that were given up.</summary>
/// <remarks>https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html</remarks>
internal sealed record FailureDocument
{
    /// <summary>Why: <c>RetryAttemptsExhausted</c>, <c>RecordAgeExceeded</c>, …</summary>
    public required string Condition { get; init; }

    /// <summary>Where it goes: only a bucket gets the payload.</summary>
    public string DestinationArn { get; init; } = "";

    /// <summary>How many records it stands for.</summary>
    public required int RecordCount { get; init; }

    /// <summary>The function whose records they were: its role delivers.</summary>
    public string Function { get; init; } = "";

    /// <summary>The object key for a bucket.</summary>
    public required string S3Key { get; init; }

    /// <summary>The object for a bucket: the metadata and, as <c>payload</c>, the event itself.</summary>
    public required ReadOnlyMemory<byte> S3Body { get; init; }

    /// <summary>The metadata alone: the body of a queue's message, the message to a topic.</summary>
    public required ReadOnlyMemory<byte> Metadata { get; init; }
}

/// <summary>Delivers failure documents to buckets, queues and topics.</summary>
internal interface IFailureDestination
{
    /// <summary>Delivers a document; throws when that is not possible.</summary>
    Task SendAsync(string destinationArn, FailureDocument document, CancellationToken cancellationToken);
}
