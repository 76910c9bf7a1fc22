namespace KinesisPatterns.Cdk;

/// <summary>
/// A stream that was not defined here, such as <c>Stream.FromStreamArn(...)</c>, as a source of records.
/// </summary>
/// <param name="stream">The stream.</param>
/// <param name="retention">How long its records stay readable; null when unknown.</param>
public sealed class ExistingStream(IStream stream, Duration? retention = null) : IRecordSource
{
    /// <inheritdoc/>
    public IStream Stream => stream;

    /// <inheritdoc/>
    public string SourceArn => stream.StreamArn;

    /// <inheritdoc/>
    public Duration? Retention => retention;

    /// <inheritdoc/>
    public Grant GrantRead(IGrantable reader) => stream.GrantRead(reader);
}
