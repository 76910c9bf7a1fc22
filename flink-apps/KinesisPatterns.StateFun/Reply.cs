using KinesisPatterns.StateFun.Wire;

namespace KinesisPatterns.StateFun;

/// <summary>The answer to a request, in memory that goes back to a pool when it is disposed.</summary>
public sealed class Reply : IDisposable
{
    private ReplyWriter? _writer;

    internal Reply(ReplyWriter writer, ReadOnlyMemory<byte> bytes) => (_writer, Bytes) = (writer, bytes);

    /// <summary>The body of the HTTP answer; valid until <see cref="Dispose"/>.</summary>
    public ReadOnlyMemory<byte> Bytes { get; private set; }

    /// <inheritdoc/>
    public void Dispose()
    {
        (var writer, _writer, Bytes) = (_writer, null, default);
        writer?.Dispose();
    }
}
