using System.Text.Json.Nodes;
using InfluxTests;
using KinesisPatterns.Lambdas.SeriesCalculator;
using KinesisPatterns.Lambdas.SeriesStore;

namespace KinesisPatterns.Lambdas.Tests.SeriesCalculator;

/// <summary>What the writer writes, read back from servers that we did not write; skipped where they are not installed.</summary>
public sealed class RealEngineTests : IDisposable
{
    private readonly HttpClient _http = new();
    private readonly List<Exception> _errors = [];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task InfluxDB_has_every_point_with_its_tags_once_however_often_it_is_written()
    {
        await using var server = await InfluxServer.StartAsync();
        var store = Store(new(server.Url, "write?db=readings&precision=ms"));
        var points = Points(12_000);

        Assert.All(await store.WriteAsync(points, Token), Assert.True);
        Assert.All(await store.WriteAsync(points[..5_000], Token), Assert.True);

        var counted = await server.QueryAsync("SELECT count(value), sum(value) FROM \"temp,era ture\"");
        var row = JsonNode.Parse(counted)!["results"]![0]!["series"]![0]!["values"]![0]!;
        Assert.Equal(12_000, (int)row[1]!);
        Assert.Equal(points.Sum(point => point.Sample.Value), (double)row[2]!, 6);
        var tags = await server.QueryAsync("SHOW TAG VALUES FROM \"temp,era ture\" WITH KEY = \"s i=t,e\"");
        Assert.Equal("ha\\ll =,1", (string)JsonNode.Parse(tags)!["results"]![0]!["series"]![0]!["values"]![0]![1]!);
    }

    [Fact]
    public async Task InfluxDB_refuses_a_point_of_another_type_and_only_that_one_fails()
    {
        await using var server = await InfluxServer.StartAsync();
        await server.WriteAsync("load,device=m value=\"a text\" 1");
        var store = Store(new(server.Url, "write?db=readings&precision=ms"));

        var stored = await store.WriteAsync(
            [.. Points(10), new Point(new("m", "load"), new(1, 5), null), .. Points(10)], Token);

        Assert.Equal([10], Enumerable.Range(0, 21).Where(index => !stored[index]));
        Assert.Contains("field type conflict", Assert.Single(_errors).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task VictoriaMetrics_takes_writes_as_of_InfluxDB_2()
    {
        var port = ServerProcess.FreePort();
        var folder = Directory.CreateTempSubdirectory("victoria-");
        using var process = ServerProcess.Start(new(
            "victoria-metrics", [$"-storageDataPath={folder.FullName}", $"-httpListenAddr=127.0.0.1:{port}", "-retentionPeriod=100y"]));
        Assert.SkipWhen(process is null, "victoria-metrics is not on the PATH (apt-get install victoria-metrics)");
        try
        {
            var url = new Uri($"http://127.0.0.1:{port}/");
            await ServerProcess.ReadyAsync(_http, new(url, "health"), Token);
            var store = Store(InfluxAddress.Version2(url, "o", "b"));

            Assert.All(await store.WriteAsync(Points(1_000), Token), Assert.True);

            // Without it an export misses what was just written, for ten seconds and more.
            await _http.GetStringAsync(new Uri(url, "internal/force_flush"), Token);
            var answer = await _http.GetStringAsync(new Uri(url, "api/v1/export?match[]={device=\"m-1\"}"), Token);
            var blocks = answer.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!).ToList();

            Assert.All(blocks, block => Assert.Equal("ha\\ll =,1", (string)block["metric"]!["s i=t,e"]!));
            Assert.Equal(1_000, blocks.Sum(block => block["values"]!.AsArray().Count));
        }
        finally
        {
            process!.Kill(entireProcessTree: true);
            await process.WaitForExitAsync(Token);
            folder.Delete(recursive: true);
        }
    }

    private InfluxStore Store(Uri write) => new(_http, write, new Open(), _errors.Add);

    private static List<Point> Points(int count) =>
    [
        .. Enumerable.Range(0, count).Select(number => new Point(
            new("m-1", "temp,era ture"),
            new(1_795_375_680_000 + number, (number * 0.1) - 3),
            new Dictionary<string, string> { ["s i=t,e"] = "ha\\ll =,1", ["quote"] = "a \"b\" 'c' ü" })),
    ];

    /// <summary>A server that lets everybody in.</summary>
    private sealed class Open : IInfluxLogin
    {
        public Task<KeyValuePair<string, string>> HeaderAsync(CancellationToken cancellationToken) =>
            Task.FromResult(KeyValuePair.Create("X-Open", "to all"));

        public void Renew(KeyValuePair<string, string> header)
        {
        }
    }
}
