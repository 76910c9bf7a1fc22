using System.ComponentModel;
using System.Diagnostics;
using System.IO.Compression;
using System.Text.Json.Nodes;
using KinesisPatterns.Local.Assembly;

namespace KinesisPatterns.Local.Flink;

/// <summary>
/// A Flink application's own code in the Flink that FLINK_HOME names: its Python program with its properties beside it, in
/// one process with Flink's mini cluster.
/// </summary>
internal sealed class FlinkJob : IAsyncDisposable
{
    private const string RunOptions = "kinesis.analytics.flink.run.options";

    private readonly Process _process;
    private readonly string _folder;

    private FlinkJob(Process process, string folder) => (_process, _folder) = (process, folder);

    /// <summary>Where the Flink is that jobs are to run in; null when none is named.</summary>
    public static string? Home => Environment.GetEnvironmentVariable("FLINK_HOME") is { Length: > 0 } home ? home : null;

    /// <summary>Whether the job has ended, which a streaming job does not do.</summary>
    public bool HasEnded => _process.HasExited;

    public static FlinkJob Start(Resource application, string code, string home, Uri endpoint, string region, Action<string> log)
    {
        var folder = Directory.CreateTempSubdirectory("kinesis-patterns-flink-").FullName;
        try
        {
            ZipFile.ExtractToDirectory(code, folder);
            var groups = application.Properties["ApplicationConfiguration"]?["EnvironmentProperties"]?["PropertyGroups"]?.AsArray() ?? [];
            File.WriteAllText(Path.Combine(folder, "application_properties.json"), groups.ToJsonString());
            return new(Run(application, Program(application, groups), folder, home, endpoint, region, log), folder);
        }
        catch
        {
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        await _process.WaitForExitAsync();
        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static string Program(Resource application, JsonArray groups) =>
        (from node in groups where (string?)node?["PropertyGroupId"] == RunOptions select (string?)node!["PropertyMap"]?["python"])
        .FirstOrDefault()
        ?? throw new LocalHostException($"{application.Path}: expected a Python program ({RunOptions}: python), got none; a JAR does not run here");

    private static Process Run(
        Resource application, string program, string folder, string home, Uri endpoint, string region, Action<string> log)
    {
        var process = new Process
        {
            StartInfo = new ProcessStartInfo("python3", [program])
            {
                WorkingDirectory = folder,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                Environment =
                {
                    ["FLINK_HOME"] = home,
                    ["IS_LOCAL"] = "true",
                    ["AWS_ENDPOINT_URL"] = endpoint.ToString().TrimEnd('/'),
                    ["AWS_REGION"] = region,
                    ["AWS_ACCESS_KEY_ID"] = $"LOCAL{application.LogicalId}",
                    ["AWS_SECRET_ACCESS_KEY"] = "local",
                },
            },
        };
        process.OutputDataReceived += (_, line) => Tell(line.Data);
        process.ErrorDataReceived += (_, line) => Tell(line.Data);
        try
        {
            process.Start();
        }
        catch (Win32Exception error)
        {
            throw new LocalHostException($"{application.Path}: FLINK_HOME is set, but python3 with PyFlink (pip install apache-flink) is not there", error);
        }

        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;

        void Tell(string? line)
        {
            if (line is not null)
            {
                log(line);
            }
        }
    }
}
