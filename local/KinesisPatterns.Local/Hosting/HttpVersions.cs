using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Threading.Channels;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;

namespace KinesisPatterns.Local.Hosting;

/// <summary>
/// Lets a port without TLS serve HTTP/1.1 and, to a client that starts with its preface, HTTP/2.
/// </summary>
/// <remarks>
/// Kestrel tells the two apart by TLS only. SDKs that subscribe to shards start HTTP/2 without asking:
/// https://datatracker.ietf.org/doc/html/rfc9113#name-starting-http-2-with-prior-
/// </remarks>
internal sealed class HttpVersions : IConnectionListenerFactory, IConnectionListenerFactorySelector, IConnectionListener
{
    private static readonly byte[] _preface = "PRI * HTTP/2.0\r\n"u8.ToArray();

    private readonly Channel<ConnectionContext> _http2 = Channel.CreateUnbounded<ConnectionContext>();

    public EndPoint EndPoint { get; } = new InProcess();

    /// <summary>Listens at an address for both versions.</summary>
    public static void ListenForBoth(IWebHostBuilder host, IPAddress address, params int[] ports)
    {
        var versions = new HttpVersions();
        host.ConfigureServices(services => services.AddSingleton<IConnectionListenerFactory>(versions));
        host.ConfigureKestrel(kestrel =>
        {
            foreach (var port in ports)
            {
                kestrel.Listen(address, port, listen =>
                {
                    listen.Protocols = HttpProtocols.Http1;
                    listen.Use(versions.Sort);
                });
            }

            kestrel.Listen(versions.EndPoint, listen => listen.Protocols = HttpProtocols.Http2);
        });
    }

    public bool CanBind(EndPoint endpoint) => endpoint is InProcess;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => new(this);

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
        await _http2.Reader.WaitToReadAsync(cancellationToken) && _http2.Reader.TryRead(out var connection) ? connection : null;

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _http2.Writer.TryComplete();
        return default;
    }

    public ValueTask DisposeAsync() => UnbindAsync();

    private ConnectionDelegate Sort(ConnectionDelegate http1) => async connection =>
    {
        if (!await StartsHttp2Async(connection.Transport.Input))
        {
            await http1(connection);
            return;
        }

        var handedOver = new HandedOver(connection);
        if (_http2.Writer.TryWrite(handedOver))
        {
            await handedOver.Ended;
        }
    };

    // Looks without taking: whoever serves the connection reads the same bytes again.
    private static async Task<bool> StartsHttp2Async(PipeReader input)
    {
        while (true)
        {
            var result = await input.ReadAsync();
            var (buffer, seen) = (result.Buffer, (int)Math.Min(result.Buffer.Length, _preface.Length));
            var isPreface = buffer.Slice(0, seen).ToArray().AsSpan().SequenceEqual(_preface.AsSpan(0, seen));
            var isDecided = !isPreface || seen == _preface.Length || result.IsCompleted;
            input.AdvanceTo(buffer.Start, isDecided ? buffer.Start : buffer.End);
            if (isDecided)
            {
                return isPreface && seen == _preface.Length;
            }
        }
    }

    /// <summary>Where connections come from that another listener accepted.</summary>
    private sealed class InProcess : EndPoint
    {
        public override string ToString() => "http2.in-process";
    }

    /// <summary>A connection whose socket belongs to the listener that accepted it.</summary>
    private sealed class HandedOver(ConnectionContext accepted) : ConnectionContext
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Ended => _ended.Task;

        public override string ConnectionId { get; set; } = accepted.ConnectionId;

        public override IDuplexPipe Transport { get; set; } = accepted.Transport;

        public override IFeatureCollection Features { get; } = new FeatureCollection(accepted.Features);

        public override IDictionary<object, object?> Items { get; set; } = new Dictionary<object, object?>();

        public override EndPoint? LocalEndPoint { get; set; } = accepted.LocalEndPoint;

        public override EndPoint? RemoteEndPoint { get; set; } = accepted.RemoteEndPoint;

        public override CancellationToken ConnectionClosed { get; set; } = accepted.ConnectionClosed;

        public override void Abort(ConnectionAbortedException abortReason) => accepted.Abort(abortReason);

        public override ValueTask DisposeAsync()
        {
            _ended.TrySetResult();
            return base.DisposeAsync();
        }
    }
}
