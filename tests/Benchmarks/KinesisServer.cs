using System.Diagnostics;
using System.Globalization;
using System.Net;
using KinesisPatterns.Local.Kinesis;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace Benchmarks;

/// <summary>A Kinesis to measure, in a process of its own.</summary>
internal sealed class KinesisServer : IDisposable
{
    private readonly Process _process;

    private KinesisServer(string name, int port, string command, params IEnumerable<string> arguments)
    {
        (Name, Address) = (name, new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/")));
        _process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public string Name { get; }

    public Uri Address { get; }

    public TimeSpan Cpu
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    public long ResidentMiB
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 >> 20;
        }
    }

    public long PeakMiB
    {
        get
        {
            _process.Refresh();
            return _process.PeakWorkingSet64 >> 20;
        }
    }

    /// <summary>The Kinesis of this repository.</summary>
    public static KinesisServer Ours(int port) => new(
        "KinesisPatterns.Local", port, Environment.ProcessPath!, "serve", port.ToString(CultureInfo.InvariantCulture));

    /// <summary>kinesalite, from the package.json beside this file.</summary>
    public static KinesisServer Kinesalite(int port)
    {
        var script = Path.Combine(SourceFolder(), "node_modules", "kinesalite", "cli.js");
        return File.Exists(script)
            ? new("kinesalite", port, "node", script, "--port", port.ToString(CultureInfo.InvariantCulture),
                "--createStreamMs", "1", "--shardLimit", "100")
            : throw new FileNotFoundException($"{script} does not exist: run `npm ci` in tests/Benchmarks", script);
    }

    /// <summary>Whether Python's moto is installed; its server cannot be had from npm or NuGet.</summary>
    public static bool HasMoto => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(p => File.Exists(Path.Combine(p, "moto_server")));

    /// <summary>moto's server.</summary>
    public static KinesisServer Moto(int port) => new("moto", port, "moto_server", "-p", port.ToString(CultureInfo.InvariantCulture));

    /// <summary>Runs the Kinesis of this repository until the process is killed.</summary>
    public static async Task ServeAsync(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, port));
        await using var kinesis = new KinesisService(new() { EnforceQuotas = false });
        await using var app = builder.Build();
        app.Run(kinesis.HandleAsync);
        await app.RunAsync();
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static string SourceFolder([System.Runtime.CompilerServices.CallerFilePath] string path = "") =>
        Path.GetDirectoryName(path)!;
}
