using System.ComponentModel;
using System.Diagnostics;

namespace KinesisPatterns.Blueprints.Tests;

/// <summary>A program that the checks call.</summary>
internal static class Tool
{
    /// <summary>Runs it to its end; null when there is no such program.</summary>
    public static async Task<(int ExitCode, string Output, string Errors)?> RunAsync(
        string program, IEnumerable<string> arguments, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            using var process = Process.Start(start)!;
            var output = process.StandardOutput.ReadToEndAsync(cancellation);
            var errors = process.StandardError.ReadToEndAsync(cancellation);
            await process.WaitForExitAsync(cancellation);
            return (process.ExitCode, await output, await errors);
        }
        catch (Win32Exception)
        {
            return null;
        }
    }
}
