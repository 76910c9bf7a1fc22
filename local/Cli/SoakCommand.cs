using System.CommandLine;
using KinesisPatterns.Local.Simulation;

namespace KinesisPatterns.Cli;

/// <summary>The command <c>soak</c>: its options.</summary>
internal static class SoakCommand
{
    private const int DefaultSeeds = 1000;

    public static Command Define()
    {
        var seeds = new Option<int?>("--seeds") { Description = $"How many cases; {DefaultSeeds} unless a time is given." };
        var minutes = new Option<double?>("--minutes") { Description = "How long." };
        var from = new Option<int>("--from") { Description = "The first seed.", DefaultValueFactory = _ => 1 };
        RunCommand.Within(from, 0, int.MaxValue / 2);

        var command = new Command("soak", "Runs random workloads, mappings and faults against streams and event source mappings, and follows every record to its end.") { seeds, minutes, from };
        command.SetAction((result, cancellation) => Task.FromResult(new SoakRun(Console.Out, SimulationCases.Of).Run(
            result.GetValue(from),
            result.GetValue(seeds) ?? (result.GetValue(minutes) is null ? DefaultSeeds : int.MaxValue / 2),
            result.GetValue(minutes) is { } most ? TimeSpan.FromMinutes(most) : null,
            cancellation)));
        return command;
    }
}
