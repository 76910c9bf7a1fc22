using System.Diagnostics;
using KinesisPatterns.Local;
using KinesisPatterns.Local.Assembly;
using KinesisPatterns.Local.Feed;
using KinesisPatterns.Local.Lambda;

namespace Benchmarks;

/// <summary>
/// Readings a second from PutRecords to a stored item, through the published functions of the TimeSeries blueprint, and
/// the same records into a function that does nothing: what the host itself allows.
/// </summary>
internal static class PipelineScenario
{
    private const int WarmUp = 4_000;
    private const int Measured = 20_000;

    // So many times the same records, for otherwise the wait for the last batch would be most of the time.
    private const int NothingTimes = 20;

    public static async Task RunAsync()
    {
        var folder = Directory.CreateTempSubdirectory("kinesis-patterns-bench-");
        try
        {
            await new Synthesizer(Repository.Root, Console.WriteLine)
                .RunAsync(folder.FullName, new Dictionary<string, string>(), CancellationToken.None);
            using var feed = Feed.Endless().GetEnumerator();
            var (warmUp, measured) = (Feed.Take(feed, WarmUp), Feed.Take(feed, Measured));
            Report.Line($"{measured.Readings():N0} readings in {measured.Count:N0} records, one producer, {Environment.ProcessorCount} cores");

            var (pipeline, reader) = await BlueprintAsync(folder.FullName, warmUp, measured);
            var nothing = await NothingAsync(reader, warmUp, measured);
            Report.Line($"ratio: the blueprint reaches {pipeline / nothing:P1} of what the host allows");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<(double Rate, EventSourceMapping Reader)> BlueprintAsync(
        string assembly, List<FedRecord> warmUp, List<FedRecord> measured)
    {
        await using var host = await LocalHost.StartAsync(
            new() { AssemblyDirectory = assembly, Stack = "TimeSeries", EnforceQuotas = false });
        await using var run = new ReadingRun(host, "Simulator");
        var fed = 0L;
        var rate = 0.0;
        foreach (var records in (List<FedRecord>[])[warmUp, measured])
        {
            fed += records.Readings();
            rate = await RateAsync("blueprint", records, records == measured, async () =>
            {
                await run.FeedAsync(records, rate: null, CancellationToken.None);
                await Wait.UntilAsync(
                    () => run.Ended >= fed && host.Services.Lambda.Mappings.All(mapping => mapping.IsIdle),
                    () => string.Join('\n', run.Troubles()));
            });
        }

        await run.DrainAsync(TimeSpan.FromMinutes(1), CancellationToken.None);
        var summary = run.Summarize();
        return summary.Complete && summary.Stored == fed
            ? (rate, host.Services.Lambda.Mappings.Single(mapping => mapping.Stream.Name == host.Outputs["ReadingsStreamName"]))
            : throw new InvalidOperationException($"Not every reading was stored: {summary.ToJson()}");
    }

    private static async Task<double> NothingAsync(
        EventSourceMapping like, List<FedRecord> warmUp, List<FedRecord> measured)
    {
        await using var bare = await BareStream.StartAsync(like);
        await bare.PutAsync(warmUp);
        List<FedRecord> records = [.. Enumerable.Repeat(measured, NothingTimes).SelectMany(all => all)];
        return await RateAsync("no-op function", records, isShown: true, () => bare.PutAsync(records));
    }

    private static async Task<double> RateAsync(string what, List<FedRecord> records, bool isShown, Func<Task> run)
    {
        var (cpu, watch) = (CpuTimes.Now(), Stopwatch.StartNew());
        await run();
        var seconds = watch.Elapsed.TotalSeconds;
        var rate = records.Readings() / seconds;
        if (isShown)
        {
            var used = CpuTimes.Since(cpu);
            var all = used.Sum(u => u.Seconds);
            Report.Line($"{what,-46} {seconds,6:F2} s  {rate,8:N0} readings/s, {records.Count / seconds,8:N0} records/s");
            foreach (var (name, busy) in used)
            {
                Report.Line($"  {name,-44} {busy,6:F2} s CPU  {busy / all,6:P0}");
            }
        }

        return rate;
    }
}
