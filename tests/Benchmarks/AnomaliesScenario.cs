using System.Diagnostics;
using KinesisPatterns.Anomalies;

namespace Benchmarks;

/// <summary>CPU time that the anomaly detector takes for a reading, and the size of what it remembers.</summary>
internal static class AnomaliesScenario
{
    private const int Readings = 200_000;
    private const int Rounds = 5;

    public static Task RunAsync()
    {
        var series = Series();
        Round(series);
        var times = Enumerable.Range(0, Rounds).Select(_ => Round(series)).ToList();
        var seconds = Report.Median(times);
        Report.Line($"{Readings / seconds:N0} readings/s of a core  {seconds * 1e6 / Readings:F2} us CPU a reading");

        var detector = new AnomalyDetector();
        Add(detector, series);
        var state = detector.Save();
        var started = Stopwatch.GetTimestamp();
        AnomalyDetector.Load(state);
        Report.Line($"{state.Length:N0} B saved  {Stopwatch.GetElapsedTime(started).TotalMilliseconds:F1} ms to load  {Allocated():N0} B in memory");
        return Task.CompletedTask;
    }

    private static double Round(List<(long Time, double Value)> series)
    {
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        Add(new(), series);
        process.Refresh();
        return (process.TotalProcessorTime - before).TotalSeconds;
    }

    private static void Add(AnomalyDetector detector, List<(long Time, double Value)> series)
    {
        foreach (var (time, value) in series)
        {
            detector.Add(time, value);
        }
    }

    private static long Allocated()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var detector = new AnomalyDetector();
        var after = GC.GetAllocatedBytesForCurrentThread();
        GC.KeepAlive(detector);
        return after - before;
    }

    // A reading a minute with a day's cycle, noise, and a spike now and then.
    private static List<(long Time, double Value)> Series()
    {
        var random = new Random(1);
        return
        [
            .. Enumerable.Range(0, Readings).Select(index => (
                index * 60_000L,
                (20 * Math.Sin(Math.Tau * index / 1_440)) + random.NextDouble() + (random.Next(1_000) == 0 ? 50 : 0))),
        ];
    }
}
