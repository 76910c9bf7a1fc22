using System.CommandLine;
using System.Runtime.InteropServices;
using KinesisPatterns.Cli;

using var stopping = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

return await new RootCommand("Runs Kinesis Patterns blueprints, and their anomaly detection, on one machine; rebuilds read models.") { RunCommand.Define(), DetectCommand.Define(), SoakCommand.Define(), ReplayCommand.Define() }
    .Parse(args)
    .InvokeAsync(new() { ProcessTerminationTimeout = null }, stopping.Token);

// The first signal ends the feed, and the run sees its records through; the second one ends the process, and with it its children.
void Stop(PosixSignalContext signal)
{
    signal.Cancel = !stopping.IsCancellationRequested;
    stopping.Cancel();
}
