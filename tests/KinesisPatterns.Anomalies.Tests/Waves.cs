namespace KinesisPatterns.Anomalies.Tests;

/// <summary>Series with a day's cycle and some noise, the same every time.</summary>
internal static class Waves
{
    public const long Start = 1_795_305_600_000;
    public const long FiveMinutes = 300_000;
    public const int PerDay = 288;

    public static IEnumerable<(long Time, double Value)> Daily(int count, double scale = 1, double offset = 0)
    {
        var random = new Random(5);
        for (var index = 0; index < count; index++)
        {
            var value = (10 * Math.Sin(Math.Tau * index / PerDay)) + random.NextDouble();
            yield return (Start + (index * FiveMinutes), (value * scale) + offset);
        }
    }

    public static List<Assessment> Assess(this AnomalyDetector detector, IEnumerable<(long Time, double Value)> series) =>
        [.. series.Select(reading => detector.Add(reading.Time, reading.Value)!.Value)];
}
