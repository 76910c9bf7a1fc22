using System.Diagnostics;
using System.Globalization;

namespace KinesisPatterns.Local.DynamoDb;

/// <summary>The dynalite server as a child process on a port of its own.</summary>
internal sealed class Dynalite : IAsyncDisposable
{
    private const string Remedy = "Run `npm ci` in the repository (or `npm install dynalite@4` in your project) and try again.";

    private readonly Process _process;

    private Dynalite(Process process, Uri address)
    {
        _process = process;
        Address = address;
    }

    public Uri Address { get; }

    /// <summary>Starts the server.</summary>
    /// <param name="folder">Where the tables are kept; null keeps them in memory.</param>
    /// <param name="cancellation">Ends the start.</param>
    public static async Task<Dynalite> StartAsync(string? folder, CancellationToken cancellation)
    {
        var script = Find();
        var start = new ProcessStartInfo("node") { RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true };
        foreach (var argument in (string[])["-e", Program, script, folder ?? ""])
        {
            start.ArgumentList.Add(argument);
        }

        Process process;
        try
        {
            process = Process.Start(start)!;
        }
        catch (System.ComponentModel.Win32Exception error)
        {
            throw NodeJs.Missing(error);
        }

        var first = await process.StandardOutput.ReadLineAsync(cancellation);
        if (!int.TryParse(first, CultureInfo.InvariantCulture, out var port))
        {
            var why = await process.StandardError.ReadToEndAsync(cancellation);
            throw new LocalHostException($"dynalite did not start: {why.Trim().Split('\n')[0]}. {Remedy}");
        }

        return new(process, new($"http://127.0.0.1:{port}"));
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    // It ends when its standard input does: also when this process was killed and could not say so.
    private const string Program = """
        const [path, folder] = process.argv.slice(1);
        process.stdin.on('end', () => process.exit(0)).resume();
        // Ctrl+C in a terminal reaches it as well, and what is under way still has to be written.
        process.on('SIGINT', () => {});
        const server = require(path)({ path: folder || undefined, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
        server.listen(0, '127.0.0.1', () => console.log(server.address().port));
        """;

    // Looked for where Node itself would: beside this program and in every folder above the current one.
    private static string Find()
    {
        foreach (var start in (string[])[Environment.CurrentDirectory, AppContext.BaseDirectory])
        {
            for (var folder = new DirectoryInfo(start); folder is not null; folder = folder.Parent)
            {
                var package = Path.Combine(folder.FullName, "node_modules", "dynalite");
                if (File.Exists(Path.Combine(package, "package.json")))
                {
                    return package;
                }
            }
        }

        throw new LocalHostException($"The npm package dynalite, which serves DynamoDB here, is not installed. {Remedy}");
    }
}
