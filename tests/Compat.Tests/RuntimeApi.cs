using System.Globalization;

namespace HttpTests;

/// <summary>Lambda's Runtime API, which hands out the given events and cancels <see cref="Done"/> when asked for more.</summary>
internal sealed class RuntimeApi : IAsyncDisposable
{
    private readonly CancellationTokenSource _done = CancellationTokenSource.CreateLinkedTokenSource(
        TestContext.Current.CancellationToken);

    private readonly string[] _events;
    private HttpServer? _server;
    private int _next;

    private RuntimeApi(string[] events) => _events = events;

    /// <summary>Cancelled once every event has been handed out and the function asks for another.</summary>
    public CancellationToken Done => _done.Token;

    /// <summary>The request whose response is refused for its size.</summary>
    public string? TooLarge { get; set; }

    /// <summary>The value for AWS_LAMBDA_RUNTIME_API; like that of AWS's test tool it holds a path.</summary>
    public string Endpoint => $"127.0.0.1:{_server!.Url.Port}/_runtime/f";

    public IEnumerable<Exchange> Seen => _server!.Seen;

    public static async Task<RuntimeApi> StartAsync(params string[] events)
    {
        var api = new RuntimeApi(events);
        api._server = await HttpServer.StartAsync(api.AnswerAsync);
        return api;
    }

    public IEnumerable<Exchange> Posts(string path) => Seen.Where(
        exchange => exchange.Method == "POST" && exchange.Path == $"/_runtime/f/2018-06-01/runtime{path}");

    public async ValueTask DisposeAsync()
    {
        await _server!.DisposeAsync();
        _done.Dispose();
    }

    private async Task<Answer> AnswerAsync(Exchange exchange)
    {
        if (exchange.Method == "POST")
        {
            return TooLarge is not null && exchange.Path.Contains(TooLarge, StringComparison.Ordinal) ? new(413) : new(202);
        }

        if (_next == _events.Length)
        {
            await _done.CancelAsync();
            await Task.Delay(Timeout.Infinite, TestContext.Current.CancellationToken);
        }

        var number = ++_next;
        return new(200, _events[number - 1], new Dictionary<string, string>
        {
            ["Lambda-Runtime-Aws-Request-Id"] = $"id-{number}",
            ["Lambda-Runtime-Deadline-Ms"] = DateTimeOffset.UtcNow.AddSeconds(30).ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture),
            ["Lambda-Runtime-Invoked-Function-Arn"] = "arn:aws:lambda:eu-west-1:000000000000:function:f",
            ["Lambda-Runtime-Trace-Id"] = "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700",
        });
    }
}
