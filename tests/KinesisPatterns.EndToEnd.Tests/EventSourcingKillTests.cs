using System.Diagnostics;
using KinesisPatterns.Local;
using KinesisPatterns.Local.Feed;

namespace KinesisPatterns.EndToEnd.Tests;

/// <summary>The EventSourcing blueprint with its real functions over HTTP, killed in the middle of its work: state is exactly once.</summary>
public sealed class EventSourcingKillTests(Blueprint blueprint)
{
    private const int Kills = 2;
    private const int Seed = 5;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_host_that_is_killed_again_and_again_has_every_command_take_effect_once()
    {
        var state = Directory.CreateTempSubdirectory("kinesis-patterns-test-");
        try
        {
            for (var kill = 1; kill <= Kills; kill++)
            {
                await FeedAndKillAsync(state.FullName);
            }

            await using var host = await LocalHost.StartAsync(
                new() { AssemblyDirectory = blueprint.Directory, Stack = "EventSourcing", StateDirectory = state.FullName }, Cancellation);
            await using var run = new CommandRun(host, "after the kills");
            await run.DrainAsync(Patience, Cancellation);
            var summary = run.Summarize();

            // Complete: every command has its end, stocks add up, versions have no gap, and who waits for a payment has a timer.
            Assert.True(summary.Complete, summary.ToJson());
            Assert.True(summary.Records > 100 && summary.Decided > 50 && summary.Rejected > 0 && summary.Repeated > 0, summary.ToJson());

            // Each run gives the commands that follow those of the one before.
            Assert.True(summary.Repeated < summary.Records / 5, summary.ToJson());
            Assert.True(summary.EventsAgain + summary.Events > 100 && summary.Waiting.GetValueOrDefault("order-payment") > 0, summary.ToJson());
        }
        finally
        {
            state.Delete(recursive: true);
        }
    }

    // Between two checkpoints, with calls under way.
    private async Task FeedAndKillAsync(string state)
    {
        var before = Checkpoint(state);
        using var host = Process.Start(new ProcessStartInfo("dotnet",
        [
            Path.Combine(AppContext.BaseDirectory, "KinesisPatterns.Cli.dll"), "run", "EventSourcing", "--assembly", blueprint.Directory,
            "--state", state, "--rate", "40", "--seed", $"{Seed}", "--faulty", "0.1", "--port", "0", "--page", "0",
        ])
        { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = host.StandardOutput.ReadToEndAsync(Cancellation);
        var errors = host.StandardError.ReadToEndAsync(Cancellation);
        var started = Stopwatch.GetTimestamp();
        while (Checkpoint(state) < before + 3 && !host.HasExited && Stopwatch.GetElapsedTime(started) < Patience)
        {
            await Task.Delay(50, Cancellation);
        }

        await Task.Delay(500, Cancellation);
        host.Kill();
        await host.WaitForExitAsync(Cancellation);
        Assert.True(Checkpoint(state) >= before + 3, $"{await output}\n{await errors}");
    }

    private static long Checkpoint(string state)
    {
        var folder = Path.Combine(state, "buckets");
        return Directory.Exists(folder)
            ? Directory.EnumerateDirectories(folder, "chk-*", SearchOption.AllDirectories)
                .Select(f => long.Parse(Path.GetFileName(f)["chk-".Length..], System.Globalization.CultureInfo.InvariantCulture)).DefaultIfEmpty(0).Max()
            : 0;
    }
}
