using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Benchmarks;

/// <summary>From the start of a function's process until it asks for its first event, by how it was compiled.</summary>
internal static class ColdStartScenario
{
    private const int Starts = 10;
    private const string Role = "KinesisPatterns.Lambdas.Query";

    private static readonly (string Name, string Folder, string[] Properties)[] _builds =
    [
        ("JIT", "jit", ["-p:PublishReadyToRun=false"]),
        ("ReadyToRun", "ready-to-run", []),
        ("Native AOT", "aot", ["-p:PublishAot=true"]),
    ];

    public static async Task RunAsync()
    {
        foreach (var (name, folder, properties) in _builds)
        {
            Report.Line($"publishing {Role}: {name}");
            await PublishAsync(folder, properties);
        }

        await using var api = await FirstRequest.StartAsync();
        var starts = _builds.ToDictionary(build => build.Name, _ => new List<(double Milliseconds, double MiB)>());

        // Turn by turn, so that whatever else the machine does meets all of them; the first turn only warms the disk.
        for (var turn = 0; turn <= Starts; turn++)
        {
            foreach (var (name, folder, _) in _builds)
            {
                var start = await StartAsync(api, Published(folder));
                if (turn > 0)
                {
                    starts[name].Add(start);
                }
            }
        }

        var jit = Median(starts["JIT"]).Milliseconds;
        foreach (var (name, measured) in starts)
        {
            var (milliseconds, mib) = Median(measured);
            Report.Line(
                $"{name,-10}  {milliseconds,7:F1} ms to the first event ({measured.Min(m => m.Milliseconds):F0} to {measured.Max(m => m.Milliseconds):F0})  {mib,5:F1} MiB resident  {milliseconds / jit:F2}x of JIT");
        }
    }

    private static string Published(string folder) => Repository.At("artifacts", "coldstart", folder, "publish");

    // In folders of their own: what one of them restores undoes no other's.
    private static async Task PublishAsync(string folder, string[] properties)
    {
        string[] linker = Finds("clang") ? [] : ["-p:CppCompilerAndLinker=gcc"];
        await Repository.DotnetAsync(
        [
            "publish", $"lambdas/{Role}", "-c", "Release", "-r", RuntimeInformation.RuntimeIdentifier, "-v:q", "-nologo",
            $"-p:ArtifactsPath={Repository.At("artifacts", "coldstart", folder)}", "-o", Published(folder),
            .. properties, .. linker,
        ]);
    }

    private static bool Finds(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator)
        .Any(folder => File.Exists(Path.Combine(folder, program)));

    private static async Task<(double Milliseconds, double MiB)> StartAsync(FirstRequest api, string folder)
    {
        var native = Path.Combine(folder, "bootstrap");
        var start = File.Exists(native)
            ? new ProcessStartInfo(native)
            : new ProcessStartInfo("dotnet", [Path.Combine(folder, $"{Role}.dll")]);
        start.WorkingDirectory = folder;
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["AWS_LAMBDA_RUNTIME_API"] = api.Authority,
            ["AWS_LAMBDA_FUNCTION_NAME"] = Role,
            ["AWS_REGION"] = "us-east-1",
            ["AWS_ACCESS_KEY_ID"] = "local",
            ["AWS_SECRET_ACCESS_KEY"] = "local",
            ["SERIES_TABLE_NAME"] = "series",
            ["WINDOW_SECONDS"] = "60",
        })
        {
            start.Environment[name] = value;
        }

        var asked = api.WaitAsync();
        var began = Stopwatch.GetTimestamp();
        using var process = Process.Start(start)!;
        var time = await asked - began;
        process.Refresh();
        var bytes = process.WorkingSet64;
        process.Kill();
        await process.WaitForExitAsync();
        return (time * 1000.0 / Stopwatch.Frequency, bytes / 1048576.0);
    }

    private static (double Milliseconds, double MiB) Median(List<(double Milliseconds, double MiB)> starts) =>
        (Report.Median(starts.Select(s => s.Milliseconds)), Report.Median(starts.Select(s => s.MiB)));
}
