using System.Diagnostics;
using System.Text;

namespace InfluxTests;

/// <summary>A real InfluxDB 1.x on a free port, with an empty database; skips the test where it is not installed.</summary>
internal sealed class InfluxServer : IAsyncDisposable
{
    private const string Database = "readings";

    private readonly Process _process;
    private readonly DirectoryInfo _folder;
    private readonly HttpClient _http;

    private InfluxServer(Process process, DirectoryInfo folder, int port)
    {
        _process = process;
        _folder = folder;
        _http = new() { BaseAddress = new($"http://127.0.0.1:{port}/") };
    }

    /// <summary>Where it answers.</summary>
    public Uri Url => _http.BaseAddress!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<InfluxServer> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("influxd-");
        var (http, rpc) = (ServerProcess.FreePort(), ServerProcess.FreePort());
        var start = new ProcessStartInfo("influxd", ["run", "-config", "/dev/null"])
        {
            Environment =
            {
                ["INFLUXDB_HTTP_BIND_ADDRESS"] = $"127.0.0.1:{http}",
                ["INFLUXDB_BIND_ADDRESS"] = $"127.0.0.1:{rpc}",
                ["INFLUXDB_META_DIR"] = Path.Combine(folder.FullName, "meta"),
                ["INFLUXDB_DATA_DIR"] = Path.Combine(folder.FullName, "data"),
                ["INFLUXDB_DATA_WAL_DIR"] = Path.Combine(folder.FullName, "wal"),
                ["INFLUXDB_REPORTING_DISABLED"] = "true",
                ["INFLUXDB_MONITOR_STORE_ENABLED"] = "false",
            },
        };
        var process = ServerProcess.Start(start);
        if (process is null)
        {
            folder.Delete();
        }

        Assert.SkipWhen(process is null, "influxd is not on the PATH (apt-get install influxdb)");
        var server = new InfluxServer(process!, folder, http);
        await ServerProcess.ReadyAsync(server._http, new(server.Url, "ping"), Cancellation);
        await server.QueryAsync($"CREATE DATABASE {Database}");
        return server;
    }

    /// <summary>Writes line protocol, with times in milliseconds.</summary>
    public async Task WriteAsync(string lines)
    {
        using var answer = await _http.PostAsync(
            $"write?db={Database}&precision=ms", new StringContent(lines, Encoding.UTF8), Cancellation);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
    }

    /// <summary>The answer to an InfluxQL statement, with times in milliseconds.</summary>
    public async Task<string> QueryAsync(string query)
    {
        using var form = new FormUrlEncodedContent(
            [new("db", Database), new("epoch", "ms"), new("q", query)]);
        using var answer = await _http.PostAsync("query", form, Cancellation);
        return await answer.Content.ReadAsStringAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        _folder.Delete(recursive: true);
    }
}
