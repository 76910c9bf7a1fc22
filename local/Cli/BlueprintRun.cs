using KinesisPatterns.Local;
using KinesisPatterns.Local.Assembly;
using KinesisPatterns.Local.Faults;
using KinesisPatterns.Local.Feed;

namespace KinesisPatterns.Cli;

/// <summary>One run of a blueprint, from synthesis to the summary.</summary>
internal sealed class BlueprintRun(RunOptions options)
{
    private const int Complete = 0;
    private const int Incomplete = 1;

    // Input reaches further back than the rules allow by default: they are given a day more than its age.
    private static readonly TimeSpan Margin = TimeSpan.FromDays(1);

    private const string EventSourcing = "EventSourcing";

    // A run is over before anybody would be reminded of a payment by default.
    private static readonly Dictionary<string, TimeSpan> ShortTerms = new()
    {
        ["paymentReminderSeconds"] = TimeSpan.FromSeconds(5),
        ["paymentCancellationSeconds"] = TimeSpan.FromSeconds(10),
    };

    private static readonly TimeSpan ShortestLife = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan LongestLife = TimeSpan.FromSeconds(10);

    private readonly Screen _screen = new(options.Json);

    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        Ports.EnsureFree("--port", options.Port);
        Ports.EnsureFree("--page", options.PagePort);
        var input = options.Input is { } path ? InputFile.Open(path) : null;
        var assembly = options.Assembly ?? await SynthesizeAsync(Context(input), cancellation);
        var plan = options.Faults is { } faults ? FaultProfile.Parse(faults) : null;
        using var state = new StateFolder(options.State, plan);
        using var records = new Rest<FedRecord>();
        using var feeding = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (options.For is { } time)
        {
            feeding.CancelAfter(time);
        }

        var ports = (options.Port, options.PagePort);
        while (true)
        {
            await using var host = await LocalHost.StartAsync(
                new()
                {
                    AssemblyDirectory = assembly,
                    Stack = options.Blueprint,
                    Port = ports.Port,
                    PagePort = ports.PagePort,
                    DataDirectory = options.Data,
                    StateDirectory = state.Path,
                    FaultPlan = plan,
                    EnforceQuotas = !options.NoQuotas,
                    EnforcePermissions = !options.NoPermissions,
                    FunctionOutput = options.Logs ? _screen.FunctionLine : null,
                },
                cancellation);
            if (options.OutputsFile is { } file)
            {
                OutputsFile.Write(file, host.StackName, host.Outputs);
            }

            var source = options.Input is null ? "Simulator" : Path.GetFileName(options.Input.TrimEnd('/'));
            await using StackRun run = CommandRun.IsFor(host) ? new CommandRun(host, source) : new ReadingRun(host, source);
            _screen.Start(host, run.QueryExample);
            records.Begin(() => Poisoned(run is CommandRun ? Commands(input, run.FedBefore) : Readings(input), plan));
            ports = (host.Endpoint.Port, host.Page.Port);
            var restart = plan?.Draw(FaultKind.Restart, "host");
            if (await FeedAsync(run, records, restart, feeding.Token))
            {
                if (restart is { } spared)
                {
                    plan!.Withdraw(spared);
                }

                var summary = run.Summarize();
                if (options.Permissions && summary.Permissions is { } permissions)
                {
                    _screen.Permissions(permissions);
                }

                _screen.End(summary);
                return summary.Complete ? Complete : Incomplete;
            }

            _screen.Say("the host ends here without notice, and starts again on its state");
        }
    }

    // False when the host is to end in the middle.
    private async Task<bool> FeedAsync(StackRun run, Rest<FedRecord> records, FaultDraw? restart, CancellationToken cancellation)
    {
        using var feeding = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        if (restart is { } draw)
        {
            feeding.CancelAfter(draw.Between(ShortestLife, LongestLife));
        }

        using var showing = new CancellationTokenSource();
        var live = _screen.LiveAsync(run, showing.Token);
        await run.FeedAsync(records.Items(), options.AsFastAsPossible ? null : options.Rate ?? run.UsualRate, feeding.Token);
        var isOver = !feeding.IsCancellationRequested || cancellation.IsCancellationRequested;
        if (isOver)
        {
            await run.DrainAsync(options.Drain, CancellationToken.None);
        }

        await showing.CancelAsync();
        await live;
        return isOver;
    }

    private static IEnumerable<FedRecord> Poisoned(IEnumerable<FedRecord> records, FaultPlan? plan) => plan is null ? records : PoisonFeed.Mix(records, plan);

    private IEnumerable<FedRecord> Readings(InputFile? input) => input?.Records() ?? Simulated();

    // On the state of an earlier run the same commands would be repetitions of those that it has given.
    private IEnumerable<FedRecord> Commands(InputFile? input, long before) =>
        input?.JsonRecords(CommandSimulator.RecordOf) ?? new CommandSimulator(options.Seed, options.Faulty, TimeProvider.System).After(before);

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
        if (options.Blueprint == EventSourcing)
        {
            foreach (var (name, time) in ShortTerms)
            {
                context.TryAdd($"{EventSourcing}:{name}", ((int)time.TotalSeconds).ToString(System.Globalization.CultureInfo.InvariantCulture));
            }

            return context;
        }

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
