using System.Diagnostics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace KinesisPatterns.EndToEnd.Tests;

/// <summary>Ctrl+C in a terminal: the signal comes to the command and to every process that it started.</summary>
public sealed partial class InterruptTests(Blueprint blueprint)
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("TimeSeries")]
    [InlineData("EventSourcing")]
    public async Task What_was_fed_is_seen_through(string stack)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Without setsid the signal would end the tests as well.");

        // What a shell starts in the background ignores the signal, and so does all that it starts: here it has its own meaning again.
        using var command = Process.Start(new ProcessStartInfo("setsid",
        [
            "env", "--default-signal=INT", "dotnet", Path.Combine(AppContext.BaseDirectory, "KinesisPatterns.Cli.dll"), "run", stack, "--assembly", blueprint.Directory,
            "--port", "0", "--page", "0", "--json",
        ])
        { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var said = new List<string>();
        try
        {
            while (!said.Exists(line => Fed().IsMatch(line))
                && await command.StandardError.ReadLineAsync(Cancellation).AsTask().WaitAsync(Patience, Cancellation) is { } line)
            {
                said.Add(line.Trim());
            }

            Assert.True(said.Exists(line => Fed().IsMatch(line)), string.Join('\n', said));
            var output = command.StandardOutput.ReadToEndAsync(Cancellation);
            var rest = command.StandardError.ReadToEndAsync(Cancellation);
            using var signal = Process.Start("kill", ["-INT", "--", $"-{command.Id}"]);
            await command.WaitForExitAsync(Cancellation).WaitAsync(Patience, Cancellation);

            var summary = JsonNode.Parse((await output).TrimEnd().Split('\n')[^1])!;
            Assert.True((bool)summary["drained"]! && (bool)summary["complete"]! && (long)summary["records"]! > 0, $"{summary}\n{await rest}");
            Assert.Equal(0, command.ExitCode);
        }
        finally
        {
            command.Kill(entireProcessTree: true);
        }
    }

    [GeneratedRegex("^in [1-9]")]
    private static partial Regex Fed();
}
