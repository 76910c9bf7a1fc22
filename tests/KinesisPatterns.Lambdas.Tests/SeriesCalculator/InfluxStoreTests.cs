using System.IO.Compression;
using HttpTests;
using KinesisPatterns.Lambdas.SeriesCalculator;
using KinesisPatterns.Lambdas.SeriesStore;

namespace KinesisPatterns.Lambdas.Tests.SeriesCalculator;

public sealed class InfluxStoreTests : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseCookies = false });
    private readonly List<Exception> _errors = [];
    private string _cookie = "s-1";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task Signs_in_once_and_writes_compressed_lines()
    {
        await using var server = await StartAsync(_ => new(204));

        var store = Store(server);
        Assert.Equal((bool[])[true, true], await store.WriteAsync([Point(1), Point(2)], Token));
        Assert.Equal((bool[])[true], await store.WriteAsync([Point(3)], Token));

        var signin = Assert.Single(server.Seen, exchange => exchange.Path == "/api/v2/signin");
        Assert.Equal("Basic " + Convert.ToBase64String("admin:p:w"u8), signin.Headers["Authorization"]);
        var write = Writes(server).First();
        Assert.Equal("/api/v2/write?org=my%20org&bucket=readings&precision=ms", write.Path);
        Assert.Equal("influxdb-oss-session=s-1", write.Headers["Cookie"]);
        Assert.Equal("gzip", write.Headers["Content-Encoding"]);
        Assert.Equal("temperature,device=machine-1 value=1 1\ntemperature,device=machine-1 value=2 2\n", Lines(write));
    }

    [Fact]
    public async Task Writes_at_most_5000_lines_at_a_time()
    {
        await using var server = await StartAsync(_ => new(204));

        await Store(server).WriteAsync([.. Enumerable.Range(1, 12_000).Select(Point)], Token);

        Assert.Equal([5000, 5000, 2000], Writes(server).Select(write => Lines(write).Count(character => character == '\n')));
    }

    [Fact]
    public async Task Signs_in_again_when_the_session_has_ended()
    {
        await using var server = await StartAsync(exchange =>
            exchange.Headers["Cookie"] == $"influxdb-oss-session={_cookie}" ? new(204) : new(401));
        var store = Store(server);
        await store.WriteAsync([Point(1)], Token);
        _cookie = "s-2";

        Assert.Equal((bool[])[true], await store.WriteAsync([Point(2)], Token));

        Assert.Equal(2, server.Seen.Count(exchange => exchange.Path == "/api/v2/signin"));
        Assert.Empty(_errors);
    }

    [Fact]
    public async Task Gives_up_when_it_is_not_let_in()
    {
        await using var server = await StartAsync(_ => new(401, """{"code":"unauthorized"}"""));

        Assert.Equal((bool[])[false], await Store(server).WriteAsync([Point(1)], Token));
        Assert.Equal(2, server.Seen.Count(exchange => exchange.Path == "/api/v2/signin"));
        Assert.Contains("401", Assert.Single(_errors).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task Waits_as_long_as_the_server_says(int status)
    {
        var calls = 0;
        var at = new List<DateTimeOffset>();
        await using var server = await StartAsync(_ =>
        {
            at.Add(DateTimeOffset.UtcNow);
            return ++calls < 2 ? new(status, "", new Dictionary<string, string> { ["Retry-After"] = "1" }) : new(204);
        });

        Assert.Equal((bool[])[true], await Store(server).WriteAsync([Point(1)], Token));
        Assert.True(at[1] - at[0] > TimeSpan.FromMilliseconds(900));
    }

    [Fact]
    public async Task Tries_again_after_a_fault_and_says_when_it_stays()
    {
        await using var server = await StartAsync(_ => new(500, "out of order"));

        Assert.Equal((bool[])[false, false], await Store(server).WriteAsync([Point(1), Point(2)], Token));
        Assert.Equal(5, Writes(server).Count());
        Assert.Contains("out of order", Assert.Single(_errors).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(422)]
    [InlineData(413)]
    public async Task Only_the_lines_that_the_server_refuses_fail(int status)
    {
        await using var server = await StartAsync(exchange => Lines(exchange).Contains("value=7 ", StringComparison.Ordinal)
            ? new(status, """{"code":"invalid","message":"partial write: dropped=1"}""")
            : new(204));

        var stored = await Store(server).WriteAsync([.. Enumerable.Range(1, 20).Select(Point)], Token);

        Assert.Equal([7], Enumerable.Range(1, 20).Where(number => !stored[number - 1]));
        Assert.Contains("dropped=1", Assert.Single(_errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_is_not_there_fails_the_points()
    {
        var server = await StartAsync(_ => new(204));
        var store = Store(server);
        await server.DisposeAsync();

        Assert.Equal((bool[])[false], await store.WriteAsync([Point(1)], Token));
        Assert.IsType<HttpRequestException>(Assert.Single(_errors));
    }

    [Fact]
    public async Task No_points_are_no_request()
    {
        await using var server = await StartAsync(_ => new(204));

        Assert.Empty(await Store(server).WriteAsync([], Token));
        Assert.Empty(server.Seen);
    }

    private static Point Point(int number) => new(new("machine-1", "temperature"), new(number, number), null);

    private static IEnumerable<Exchange> Writes(HttpServer server) =>
        server.Seen.Where(exchange => exchange.Path.StartsWith("/api/v2/write", StringComparison.Ordinal));

    private static string Lines(Exchange write)
    {
        using var gzip = new GZipStream(new MemoryStream(write.Body), CompressionMode.Decompress);
        return new StreamReader(gzip).ReadToEnd();
    }

    private Task<HttpServer> StartAsync(Func<Exchange, Answer> write) => HttpServer.StartAsync(exchange =>
        exchange.Path == "/api/v2/signin"
            ? new(204, "", new Dictionary<string, string> { ["Set-Cookie"] = $"influxdb-oss-session={_cookie}; Path=/api/; HttpOnly" })
            : write(exchange));

    private InfluxStore Store(HttpServer server) => new(
        _http, InfluxAddress.Version2(server.Url, "my org", "readings"),
        new InfluxSession(_http, server.Url, _ => Task.FromResult("""{"username":"admin","password":"p:w","organization":"x"}""")),
        _errors.Add);
}
