using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using KinesisPatterns.Local;
using KinesisPatterns.Local.Faults;

namespace KinesisPatterns.Cli;

/// <summary>The command <c>run</c>: its arguments and options.</summary>
internal static class RunCommand
{
    private const int CannotRun = 2;

    public static Command Define()
    {
        var blueprint = new Argument<string>("blueprint") { Description = "The stack to run, e.g. TimeSeries." };
        var rate = new Option<double?>("--rate") { Description = "Records per second to feed (readings: 200, commands: 50); 'max' is as fast as the stream takes them.", CustomParser = Rate };
        var duration = new Option<TimeSpan?>("--for") { Description = "How long to feed: 30s, 5m, 1h. Without it: until the input ends, or Ctrl+C.", CustomParser = Span };
        var drain = new Option<TimeSpan?>("--drain") { Description = "How long records may still be on their way after the feed has ended.", DefaultValueFactory = _ => TimeSpan.FromMinutes(2), CustomParser = Span };
        var input = new Option<string?>("--input") { Description = "Real data instead of the simulator: a CSV or JSON-lines file, or a folder of them." };
        var assembly = new Option<string?>("--assembly") { Description = "A folder that `cdk synth` wrote, instead of synthesizing the app of the nearest cdk.json." };
        var port = new Option<int>("--port") { Description = "The endpoint of all AWS services.", DefaultValueFactory = _ => 4566 };
        var page = new Option<int>("--page") { Description = "The live page.", DefaultValueFactory = _ => 4580 };
        var outputs = new Option<string?>("--outputs-file") { Description = "Writes the stack's outputs as `cdk deploy --outputs-file` does." };
        var data = new Option<string?>("--data") { Description = "A folder to keep the buckets in; without it they go with the run." };
        var state = new Option<string?>("--state") { Description = "A folder to keep everything in; the next run on it goes on where this one stopped, however it ended." };
        var faults = new Option<string?>("--faults") { Description = $"Faults on purpose: SEED or SEED:PROFILE; the same seed has the same faults. Profiles: {string.Join(", ", FaultProfile.All.Select(p => p.Name))}." };
        var json = new Option<bool>("--json") { Description = "Prints the summary as one line of JSON, the last one." };
        var noQuotas = new Option<bool>("--no-quotas") { Description = "Streams take all they can instead of what AWS allows per shard." };
        var noPermissions = new Option<bool>("--no-permissions") { Description = "Lets every function and service do everything, instead of what its role allows." };
        var permissions = new Option<bool>("--permissions") { Description = "Lists what each role was granted, and what of it the run used." };
        var logs = new Option<bool>("--logs") { Description = "Shows what the functions write." };
        var seed = new Option<int>("--seed") { Description = "Decides the simulator's values and faults.", DefaultValueFactory = _ => 1 };
        var devices = new Option<int>("--devices") { Description = "How many devices the simulator of readings plays, 1 to 99.", DefaultValueFactory = _ => 8 };
        var faulty = new Option<double>("--faulty") { Description = "The share of the simulator's readings or commands with a fault, 0 to 1.", DefaultValueFactory = _ => 0.03 };
        var context = new Option<string[]>("--context", "-c") { Description = "CDK context, key=value; may be repeated." };
        Within(port, 0, 65535);
        Within(page, 0, 65535);
        Within(devices, 1, 99);
        Within(faulty, 0, 1);

        var command = new Command("run", "Synthesizes a blueprint and runs it here, fed with readings or commands, every record accounted for.")
        {
            blueprint, rate, duration, drain, input, assembly, port, page, outputs, data, state, faults, json, noQuotas, noPermissions, permissions, logs, seed, devices, faulty, context,
        };
        command.SetAction((result, cancellation) => GuardedAsync(new()
        {
            Blueprint = result.GetRequiredValue(blueprint),
            Rate = result.GetValue(rate),
            For = result.GetValue(duration),
            Drain = result.GetValue(drain)!.Value,
            Input = result.GetValue(input),
            Assembly = result.GetValue(assembly),
            Port = result.GetValue(port),
            PagePort = result.GetValue(page),
            OutputsFile = result.GetValue(outputs),
            Data = result.GetValue(data),
            State = result.GetValue(state),
            Faults = result.GetValue(faults),
            Json = result.GetValue(json),
            NoQuotas = result.GetValue(noQuotas),
            NoPermissions = result.GetValue(noPermissions),
            Permissions = result.GetValue(permissions),
            Logs = result.GetValue(logs),
            Seed = result.GetValue(seed),
            Devices = result.GetValue(devices),
            Faulty = result.GetValue(faulty),
            Context = Pairs(result.GetValue(context) ?? []),
        }, cancellation));
        return command;
    }

    private static async Task<int> GuardedAsync(RunOptions options, CancellationToken cancellation)
    {
        try
        {
            return await new BlueprintRun(options).RunAsync(cancellation);
        }
        catch (LocalHostException error)
        {
            await Console.Error.WriteLineAsync(error.Message);
            return CannotRun;
        }
    }

    private static double? Rate(ArgumentResult result)
    {
        var text = result.Tokens.Single().Value;
        if (text == "max")
        {
            return double.PositiveInfinity;
        }

        if (!double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var rate) || rate <= 0 || !double.IsFinite(rate))
        {
            result.AddError($"--rate: expected a number of records per second above 0, or 'max', got '{text}'");
        }

        return rate;
    }

    private static TimeSpan? Span(ArgumentResult result)
    {
        var text = result.Tokens.Single().Value;
        var unit = text.Length == 0 ? ' ' : text[^1];
        var seconds = unit switch { 's' => 1, 'm' => 60, 'h' => 3600, _ => 0 };
        if (seconds == 0 || !double.TryParse(text[..^1], NumberStyles.Float, CultureInfo.InvariantCulture, out var number) || number <= 0)
        {
            result.AddError($"expected a time such as 30s, 5m or 1h, got '{text}'");
            return null;
        }

        return TimeSpan.FromSeconds(number * seconds);
    }

    public static void Within<T>(Option<T> option, T least, T most) where T : IComparable<T> =>
        option.Validators.Add(result =>
        {
            var value = result.GetValueOrDefault<T>();
            if (value is null || value.CompareTo(least) < 0 || value.CompareTo(most) > 0)
            {
                result.AddError($"{option.Name}: expected {least} to {most}, got {value}");
            }
        });

    private static Dictionary<string, string> Pairs(string[] texts)
    {
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var text in texts)
        {
            var at = text.IndexOf('=', StringComparison.Ordinal);
            pairs[at > 0 ? text[..at] : throw new LocalHostException($"--context: expected key=value, got '{text}'")] = text[(at + 1)..];
        }

        return pairs;
    }
}
