namespace KinesisPatterns.Cdk;

/// <summary>
/// Where a <see cref="StreamFunction"/> takes its records from: a stream, or one fan-out consumer of it.
/// </summary>
public interface IRecordSource
{
    /// <summary>The stream that holds the records.</summary>
    IStream Stream { get; }

    /// <summary>What an event source mapping names: the ARN of the stream or of the consumer.</summary>
    string SourceArn { get; }

    /// <summary>How long records stay readable; null when that is not known here.</summary>
    Duration? Retention { get; }

    /// <summary>Lets <paramref name="reader"/> read the records, including use of the stream's key.</summary>
    Grant GrantRead(IGrantable reader);
}
