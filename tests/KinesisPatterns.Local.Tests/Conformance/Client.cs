using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace KinesisPatterns.Local.Tests.Conformance;

/// <summary>Clients that others wrote, as processes; a test skips itself, with the reason, where one is not installed.</summary>
internal static class Client
{
    /// <summary>Where the npm packages of the clients are: <c>npm ci</c> in tests/Conformance installs them.</summary>
    public static string NodeFolder { get; } = Path.GetFullPath(Path.Combine(Folder(), "..", "..", "Conformance"));

    /// <summary>Runs a script of this folder with Python, which needs a module.</summary>
    public static async Task RunPythonAsync(string module, string script, params string[] arguments)
    {
        var found = await RunAsync("python3", ["-c", $"import {module}"]);
        Assert.SkipUnless(found.Code == 0, $"python3 with {module} is not installed.");
        var (code, output) = await RunAsync("python3", [Path.Combine(AppContext.BaseDirectory, "Conformance", script), .. arguments]);
        Assert.True(code == 0, output);
    }

    /// <summary>Runs a script of tests/Conformance with Node.js.</summary>
    public static async Task RunNodeAsync(string script, params string[] arguments)
    {
        SkipWithoutNode();
        var (code, output) = await RunAsync("node", [Path.Combine(NodeFolder, script), .. arguments]);
        Assert.True(code == 0, output);
    }

    public static void SkipWithoutNode() => Assert.SkipUnless(
        Directory.Exists(Path.Combine(NodeFolder, "node_modules")), "Run `npm ci` in tests/Conformance to install the clients for Node.js.");

    public static async Task<(int Code, string Output)> RunAsync(
        string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        try
        {
            using var process = Process.Start(start)!;
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
            limit.CancelAfter(TimeSpan.FromMinutes(1));
            await using var killed = limit.Token.Register(() => process.Kill(entireProcessTree: true));
            var (output, error) = (process.StandardOutput.ReadToEndAsync(limit.Token), process.StandardError.ReadToEndAsync(limit.Token));
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, await output + await error);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return (-1, e.Message);
        }
    }

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
