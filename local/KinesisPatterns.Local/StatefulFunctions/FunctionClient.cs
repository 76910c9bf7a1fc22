using System.Net.Http.Headers;
using KinesisPatterns.StateFun.Testing;

namespace KinesisPatterns.Local.StatefulFunctions;

/// <summary>Calls functions over HTTP, again and again until they answer or the time of a call is over.</summary>
/// <remarks>The default transport of version 3.3.0 tries again after every failure, whatever it was.</remarks>
internal sealed class FunctionClient : IDisposable
{
    private const string ContentType = "application/octet-stream";

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private readonly HttpClient _http;
    private readonly IReadOnlyList<ModuleEndpoint> _endpoints;
    private readonly TimeSpan _call;
    private long _failed;

    /// <param name="endpoints">Where to find the functions.</param>
    /// <param name="pool">How many calls there may be at once.</param>
    /// <param name="call">How long a call may take with everything that is tried again.</param>
    public FunctionClient(IReadOnlyList<ModuleEndpoint> endpoints, int pool, TimeSpan call)
    {
        (_endpoints, _call) = (endpoints, call);
        _http = new(new SocketsHttpHandler { MaxConnectionsPerServer = pool }) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Attempts that failed and were made again.</summary>
    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>Calls an address's function.</summary>
    /// <exception cref="CallFailedException">It did not answer in time.</exception>
    public async Task<ReadOnlyMemory<byte>> CallAsync(FunctionCall call, CancellationToken cancellation)
    {
        var endpoint = _endpoints.FirstOrDefault(e => e.Serves(call.Target.Type))
            ?? throw new CallFailedException($"{call.Target}: no endpoint of the module serves the function {call.Target.Type}");
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(_call);
        var last = "no answer";
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            try
            {
                return await AttemptAsync(endpoint.UrlOf(call.Target.Type), call.Request, limit.Token);
            }
            catch (Exception error) when (error is HttpRequestException or IOException)
            {
                last = error.Message;
                Interlocked.Increment(ref _failed);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
            {
                throw new CallFailedException($"{call.Target}: {call.Messages} messages could not be handed over within {_call.TotalSeconds:0.#} s; last: {last}");
            }

            await Task.Delay(pause, limit.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<ReadOnlyMemory<byte>> AttemptAsync(Uri url, ReadOnlyMemory<byte> body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ReadOnlyMemoryContent(body) };
        request.Content.Headers.ContentType = new(ContentType);
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(ContentType));
        request.Headers.UserAgent.Add(new("statefun", null));
        using var answer = await _http.SendAsync(request, cancellation);
        var bytes = await answer.Content.ReadAsByteArrayAsync(cancellation);
        if (!answer.IsSuccessStatusCode)
        {
            throw new HttpRequestException($"{(int)answer.StatusCode} from {url.AbsolutePath}: {System.Text.Encoding.UTF8.GetString(bytes.AsSpan(0, Math.Min(bytes.Length, 300)))}");
        }

        return answer.Content.Headers.ContentType?.ToString() == ContentType
            ? bytes
            : throw new HttpRequestException($"{url.AbsolutePath} answered {answer.Content.Headers.ContentType?.ToString() ?? "without a content type"} instead of {ContentType}");
    }
}

/// <summary>What makes a Flink job fail: a call without an answer, a record that cannot be sent, checkpoints that cannot be written.</summary>
internal sealed class CallFailedException(string message) : Exception(message);
