using System.Diagnostics;
using KinesisPatterns.Local.Assembly;

namespace Benchmarks;

/// <summary>The repository that this program was built from, and its tools.</summary>
internal static class Repository
{
    public static string Root { get; } = Synthesizer.FindProject(AppContext.BaseDirectory);

    /// <summary>A file or folder by its path from the root.</summary>
    public static string At(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>Runs <c>dotnet</c> in the root to its end; fails with what it wrote.</summary>
    public static async Task DotnetAsync(
        IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException(
                $"dotnet {string.Join(' ', start.ArgumentList)} failed:\n{await output}{await errors}");
        }
    }
}
