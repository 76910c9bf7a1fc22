using KinesisPatterns.Local.Feed;

namespace Benchmarks;

/// <summary>Readings of simulated machines, none of them faulty, the same in every run but for their times.</summary>
internal static class Feed
{
    private const int Devices = 20;

    public static IEnumerable<FedRecord> Endless(TimeProvider? time = null)
    {
        var simulator = new DeviceSimulator(seed: 1, Devices, faulty: 0, time ?? TimeProvider.System);
        while (true)
        {
            yield return simulator.Next();
        }
    }

    /// <summary>Takes records until there are as many readings in them.</summary>
    public static List<FedRecord> Take(IEnumerator<FedRecord> feed, int readings)
    {
        var records = new List<FedRecord>();
        for (var taken = 0; taken < readings; taken += records[^1].Readings.Count)
        {
            feed.MoveNext();
            records.Add(feed.Current);
        }

        return records;
    }

    public static int Readings(this IEnumerable<FedRecord> records) => records.Sum(record => record.Readings.Count);
}
