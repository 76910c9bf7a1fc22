using System.CommandLine;
using KinesisPatterns.Cli;

return await new RootCommand("Runs Kinesis Patterns blueprints on one machine.") { RunCommand.Define() }
    .Parse(args)
    .InvokeAsync();
