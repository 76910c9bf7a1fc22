using System.IO.Compression;
using System.Text;
using HttpTests;
using KinesisPatterns.Anomalies;
using KinesisPatterns.Lambdas.SeriesCalculator;
using KinesisPatterns.Lambdas.SeriesStore;

namespace KinesisPatterns.Lambdas.Tests.SeriesCalculator;

public sealed class Influx3Tests : IDisposable
{
    private readonly HttpClient _http = new();
    private readonly List<Exception> _errors = [];
    private string _token = "t-1";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task Writes_with_the_token_of_the_secret()
    {
        await using var server = await HttpServer.StartAsync(_ => new(204));

        Assert.Equal((bool[])[true, true], await Store(server).WriteAsync([Point(1), Point(2)], Token));

        var write = Assert.Single(server.Seen);
        Assert.Equal("/api/v3/write_lp?db=my%20readings&precision=millisecond&accept_partial=true", write.Path);
        Assert.Equal("Bearer t-1", write.Headers["Authorization"]);
        Assert.Equal("temperature,device=m value=1 1\ntemperature,device=m value=2 2\n", Lines(write));
    }

    [Fact]
    public async Task Reads_the_secret_again_when_the_token_has_changed()
    {
        await using var server = await HttpServer.StartAsync(exchange => exchange.Headers["Authorization"] == $"Bearer {_token}" ? new(204) : new(401));
        var store = Store(server);
        await store.WriteAsync([Point(1)], Token);
        _token = "t-2";

        Assert.Equal((bool[])[true], await store.WriteAsync([Point(2)], Token));
        Assert.Empty(_errors);
    }

    [Fact]
    public async Task Only_the_points_whose_lines_are_named_fail_and_nothing_is_written_again()
    {
        await using var server = await HttpServer.StartAsync(_ => new(400, """
            {"error":"partial write of line protocol occurred","data":[
              {"original_line":"x","line_number":3,"error_message":"invalid column type"},
              {"original_line":"y","line_number":5,"error_message":"invalid column type"}]}
            """));
        var stored = await Store(server).WriteAsync([Point(1), Point(2) with { Anomaly = default(Assessment) }, Point(3), Point(4), Point(5)], Token);

        // The second point is the lines 2 and 3.
        Assert.Equal((bool[])[true, false, true, false, true], stored);
        Assert.Single(server.Seen);
        Assert.Contains("invalid column type", Assert.Single(_errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refusal_of_another_kind_is_halved()
    {
        await using var server = await HttpServer.StartAsync(exchange => Lines(exchange).Contains("value=3 ", StringComparison.Ordinal)
            ? new(400, """{"error":"parsing failed for write_lp endpoint","data":{"line_number":1}}""")
            : new(204));

        Assert.Equal((bool[])[true, true, false, true], await Store(server).WriteAsync([Point(1), Point(2), Point(3), Point(4)], Token));
    }

    [Fact]
    public async Task A_secret_without_token_fails_the_points_and_says_so()
    {
        await using var server = await HttpServer.StartAsync(_ => new(204));
        var store = new InfluxStore(_http, InfluxAddress.Version3(server.Url, "d"), new InfluxToken(_ => Task.FromResult("{}")), _errors.Add);

        Assert.Equal((bool[])[false], await store.WriteAsync([Point(1)], Token));
        Assert.Contains("token", Assert.Single(_errors).Message, StringComparison.Ordinal);
    }

    private InfluxStore Store(HttpServer server) => new(
        _http,
        InfluxAddress.Version3(server.Url, "my readings"),
        new InfluxToken(_ => Task.FromResult($$"""{"token":"{{_token}}"}""")),
        _errors.Add);

    private static Point Point(int number) => new(new("m", "temperature"), new(number, number), null);

    private static string Lines(Exchange exchange)
    {
        using var text = new StreamReader(new GZipStream(new MemoryStream(exchange.Body), CompressionMode.Decompress), Encoding.UTF8);
        return text.ReadToEnd();
    }
}
