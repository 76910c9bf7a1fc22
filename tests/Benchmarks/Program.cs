using Benchmarks;

var scenarios = new Dictionary<string, Func<Task>>(StringComparer.Ordinal)
{
    ["kinesis"] = KinesisScenario.RunAsync,
    ["pipeline"] = PipelineScenario.RunAsync,
    ["cleansing"] = CleansingScenario.RunAsync,
    ["anomalies"] = AnomaliesScenario.RunAsync,
    ["lineprotocol"] = LineProtocolScenario.RunAsync,
    ["statefun"] = StatefulFunctionsScenario.RunAsync,
    ["coldstart"] = ColdStartScenario.RunAsync,
    ["synth"] = SynthScenario.RunAsync,
};

if (args is ["serve", var port])
{
    await KinesisServer.ServeAsync(int.Parse(port, System.Globalization.CultureInfo.InvariantCulture));
    return 0;
}

foreach (var name in args.Length > 0 ? args : [.. scenarios.Keys])
{
    if (!scenarios.TryGetValue(name, out var scenario))
    {
        Console.Error.WriteLine($"{name}: no such scenario, expected {string.Join(", ", scenarios.Keys)}");
        return 1;
    }

    Console.WriteLine($"== {name}");
    await scenario();
}

return 0;
