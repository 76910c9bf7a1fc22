using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace KinesisPatterns.Local.Assembly;

/// <summary>Synthesizes a CDK app as the CDK CLI would: its <c>build</c> command, then its <c>app</c> command.</summary>
internal sealed class Synthesizer(string projectDirectory, Action<string> say)
{
    /// <summary>The nearest folder with a cdk.json, from <paramref name="start"/> upwards.</summary>
    public static string FindProject(string start)
    {
        for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "cdk.json")))
            {
                return folder.FullName;
            }
        }

        throw new LocalHostException(
            $"There is no cdk.json in {start} or above it: run this in a CDK project, or name a synthesized folder with --assembly.");
    }

    public async Task<CloudAssembly> RunAsync(string output, IReadOnlyDictionary<string, string> context, CancellationToken cancellation)
    {
        await CheckNodeAsync(cancellation);
        var project = Json.ReadObject(Path.Combine(projectDirectory, "cdk.json"));
        if ((string?)project["build"] is { } build)
        {
            say("publishing the functions (one to four minutes the first time)");
            await ShellAsync("the build command of cdk.json", build, [], cancellation);
        }

        var app = (string?)project["app"] ?? throw new LocalHostException("cdk.json has no 'app' command.");
        var all = project["context"]?.DeepClone().AsObject() ?? [];
        all["aws:cdk:enable-path-metadata"] = true;
        all["aws:cdk:enable-asset-metadata"] = true;
        foreach (var (key, value) in context)
        {
            all[key] = value;
        }

        say("synthesizing");
        await ShellAsync("the app command of cdk.json", app, new()
        {
            ["CDK_OUTDIR"] = output,
            ["CDK_CONTEXT_JSON"] = all.ToJsonString(),
        }, cancellation);
        return CloudAssembly.Load(output);
    }

    // jsii, under the CDK, runs on Node; its own message for a missing one is a stack trace.
    private static async Task CheckNodeAsync(CancellationToken cancellation)
    {
        try
        {
            using var node = Process.Start(new ProcessStartInfo("node", "--version") { RedirectStandardOutput = true })!;
            var version = (await node.StandardOutput.ReadToEndAsync(cancellation)).Trim();
            if (!int.TryParse(version.TrimStart('v').Split('.')[0], out var major) || major < NodeJs.Oldest)
            {
                throw new LocalHostException($"Node.js {NodeJs.Oldest} or later is needed, and `node` is {version}: https://nodejs.org .");
            }
        }
        catch (Win32Exception error)
        {
            throw NodeJs.Missing(error);
        }
    }

    private async Task ShellAsync(string what, string command, Dictionary<string, string> environment, CancellationToken cancellation)
    {
        var start = OperatingSystem.IsWindows() ? new ProcessStartInfo("cmd.exe") { ArgumentList = { "/c", command } } : new ProcessStartInfo("/bin/sh") { ArgumentList = { "-c", command } };
        start.WorkingDirectory = projectDirectory;
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        start.Environment["JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION"] = "1";
        start.Environment["JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION"] = "1";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var output = new StringBuilder();
        using var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Keep(output, line.Data);
        process.ErrorDataReceived += (_, line) => Keep(output, line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await process.WaitForExitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        if (process.ExitCode != 0)
        {
            throw new LocalHostException($"{output}\n{what} (`{command}`) failed with exit code {process.ExitCode}; its output is above.");
        }
    }

    private static void Keep(StringBuilder output, string? line)
    {
        if (line is not null)
        {
            lock (output)
            {
                output.AppendLine(line);
            }
        }
    }
}
