using System.Buffers;
using System.Buffers.Text;

namespace KinesisPatterns.StateFun.Lambda;

/// <summary>
/// Answers the runtime's requests as they come through an API: proxy events of a REST API, an HTTP API or a function URL, with the request in Base64.
/// </summary>
public sealed class LambdaRequestReply
{
    /// <summary>
    /// The largest answer that Lambda carries: 6 MB of JSON, three quarters of which are left when they are Base64
    /// (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html).
    /// </summary>
    public const int MaximumReplyBytes = (LargestPayload - Envelope) / 4 * 3;

    private const int LargestPayload = 6 * 1024 * 1024;
    private const int Envelope = 256;

    private readonly RequestReplyHandler _handler;
    private readonly IServiceProvider? _services;

    /// <summary>Serves functions.</summary>
    /// <param name="functions">The functions.</param>
    /// <param name="services">What functions that are created for each batch are made from. A batch has no scope of its own.</param>
    /// <param name="maximumReplyBytes">How large an answer may be: 1 to <see cref="MaximumReplyBytes"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">Lambda would not carry such an answer.</exception>
    public LambdaRequestReply(StatefulFunctions functions, IServiceProvider? services = null, int maximumReplyBytes = MaximumReplyBytes)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(maximumReplyBytes, MaximumReplyBytes);
        (_handler, _services) = (new(functions, maximumReplyBytes), services);
    }

    private static ReadOnlySpan<byte> Head =>
        """{"statusCode":200,"headers":{"Content-Type":"application/octet-stream"},"isBase64Encoded":true,"body":"""u8;

    /// <summary>Handles an event. Whatever goes wrong is thrown: Lambda counts it, and the API answers 502, which the runtime retries.</summary>
    /// <param name="proxyEvent">The event's JSON.</param>
    /// <param name="cancellation">Is handed on to the functions.</param>
    /// <returns>The answer's JSON.</returns>
    /// <exception cref="MalformedMessageException">The event is none of an API, or holds no request of the runtime.</exception>
    public async Task<Stream> HandleAsync(Stream proxyEvent, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(proxyEvent);
        var output = new ArrayBufferWriter<byte>(1024);
        if (proxyEvent is MemoryStream memory && memory.TryGetBuffer(out var bytes))
        {
            await HandleAsync(bytes.AsMemory((int)memory.Position), output, cancellation);
        }
        else
        {
            using var copy = new MemoryStream();
            await proxyEvent.CopyToAsync(copy, cancellation);
            await HandleAsync(copy.GetBuffer().AsMemory(0, (int)copy.Length), output, cancellation);
        }

        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(output.WrittenMemory, out var written);
        return new MemoryStream(written.Array!, written.Offset, written.Count, writable: false);
    }

    /// <summary>Handles an event: bytes in, bytes out.</summary>
    /// <inheritdoc cref="HandleAsync(Stream, CancellationToken)"/>
    public async ValueTask HandleAsync(ReadOnlyMemory<byte> proxyEvent, IBufferWriter<byte> output, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(output);
        using var request = ProxyEvent.Read(proxyEvent.Span);
        using var reply = await _handler.HandleAsync(request.Body, _services, cancellation);
        Write(reply.Bytes.Span, output);
    }

    private static void Write(ReadOnlySpan<byte> reply, IBufferWriter<byte> output)
    {
        var length = Base64.GetMaxEncodedToUtf8Length(reply.Length);
        var span = output.GetSpan(Head.Length + length + 3);
        Head.CopyTo(span);
        span[Head.Length] = (byte)'"';
        Base64.EncodeToUtf8(reply, span[(Head.Length + 1)..], out _, out _);
        "\"}"u8.CopyTo(span[(Head.Length + 1 + length)..]);
        output.Advance(Head.Length + length + 3);
    }
}
