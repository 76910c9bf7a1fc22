using KinesisPatterns.Local;
using KinesisPatterns.Local.Assembly;
using KinesisPatterns.Local.Feed;

namespace KinesisPatterns.Cli;

/// <summary>One run of a blueprint, from synthesis to the summary.</summary>
internal sealed class BlueprintRun(RunOptions options)
{
    private const int Complete = 0;
    private const int Incomplete = 1;

    // Input reaches further back than the rules allow by default: they are given a day more than its age.
    private static readonly TimeSpan Margin = TimeSpan.FromDays(1);

    private readonly Screen _screen = new(options.Json);

    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        Ports.EnsureFree("--port", options.Port);
        Ports.EnsureFree("--page", options.PagePort);
        var input = options.Input is { } path ? InputFile.Open(path) : null;
        var assembly = options.Assembly ?? await SynthesizeAsync(Context(input), cancellation);
        await using var host = await LocalHost.StartAsync(
            new()
            {
                AssemblyDirectory = assembly,
                Stack = options.Blueprint,
                Port = options.Port,
                PagePort = options.PagePort,
                DataDirectory = options.Data,
                EnforceQuotas = !options.NoQuotas,
                EnforcePermissions = !options.NoPermissions,
                FunctionOutput = options.Logs ? _screen.FunctionLine : null,
            },
            cancellation);
        if (options.OutputsFile is { } file)
        {
            OutputsFile.Write(file, host.StackName, host.Outputs);
        }

        await using var run = new ReadingRun(host, options.Input is null ? "Simulator" : Path.GetFileName(options.Input.TrimEnd('/')));
        _screen.Start(host);
        await FeedAsync(run, input, cancellation);
        var summary = run.Summarize();
        if (options.Permissions && summary.Permissions is { } permissions)
        {
            _screen.Permissions(permissions);
        }

        _screen.End(summary);
        return summary.Complete ? Complete : Incomplete;
    }

    private async Task FeedAsync(ReadingRun run, InputFile? input, CancellationToken cancellation)
    {
        using var feeding = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (options.For is { } time)
        {
            feeding.CancelAfter(time);
        }

        using var showing = new CancellationTokenSource();
        var live = _screen.LiveAsync(run, showing.Token);
        await run.FeedAsync(input?.Records() ?? Simulated(), options.Rate, feeding.Token);
        await run.DrainAsync(options.Drain, CancellationToken.None);
        await showing.CancelAsync();
        await live;
    }

    private IEnumerable<FedRecord> Simulated()
    {
        var simulator = new DeviceSimulator(options.Seed, options.Devices, options.Faulty, TimeProvider.System);
        while (true)
        {
            yield return simulator.Next();
        }
    }

    private Dictionary<string, string> Context(InputFile? input)
    {
        // A Flink job that was not built cannot be deployed, but its C# equivalent runs here.
        var context = new Dictionary<string, string>(options.Context) { ["kinesis-patterns:allowUnbuilt"] = "true" };
        var lateness = $"{options.Blueprint}:maximumLatenessSeconds";
        if (options.Assembly is null && input?.Span() is { } span && !context.ContainsKey(lateness))
        {
            var age = TimeProvider.System.GetUtcNow() - span.First + Margin;
            context[lateness] = ((long)Math.Max(age.TotalSeconds, Margin.TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture);
            _screen.Say($"input of {span.First:yyyy-MM-dd} to {span.Last:yyyy-MM-dd}, {span.Count:N0} readings: synthesizing with {lateness}={context[lateness]}");
        }

        return context;
    }

    private async Task<string> SynthesizeAsync(Dictionary<string, string> context, CancellationToken cancellation)
    {
        var project = Synthesizer.FindProject(Environment.CurrentDirectory);
        var output = Path.Combine(project, ".kinesis-patterns", "cdk.out");
        await new Synthesizer(project, _screen.Say).RunAsync(output, context, cancellation);
        return output;
    }
}
