using System.Diagnostics;
using KinesisPatterns.Lambdas;
using KinesisPatterns.Lambdas.Cleansing;
using KinesisPatterns.Lambdas.Streams;
using KinesisPatterns.Local.Feed;
using KplAggregate = KinesisPatterns.Local.Feed.KplAggregate;

namespace Benchmarks;

/// <summary>CPU time and memory that the handler of the Cleansing function takes for a reading, without any network.</summary>
internal static class CleansingScenario
{
    private const int Batches = 40;
    private const int ReadingsPerBatch = 1_000;
    private const int ReadingsPerAggregate = 20;
    private const int WarmUps = 5;
    private const int Rounds = 15;

    private const string Rules = """
        {
          "metrics": {
            "temperature": { "minimum": -40, "maximum": 125, "unit": "celsius" },
            "humidity": { "minimum": 0, "maximum": 100, "unit": "percent" },
            "pressure": { "minimum": 300, "maximum": 1100, "unit": "hectopascal" },
            "vibration": { "minimum": 0, "maximum": 100, "unit": "millimetre-per-second" },
            "power": { "minimum": 0, "maximum": 100000, "unit": "watt" }
          },
          "devices": { "machine-01": { "site": "hall-1", "model": "x2" } }
        }
        """;

    public static async Task RunAsync()
    {
        var readings = Feed.Endless().Where(record => record.Readings.Count == 1).Take(Batches * ReadingsPerBatch).ToList();
        var plain = await MeasureAsync("plain", readings);
        var packed = await MeasureAsync(
            $"KPL, {ReadingsPerAggregate} a record",
            [
                .. readings.GroupBy(record => record.PartitionKey).SelectMany(device => device.Chunk(ReadingsPerAggregate))
                    .Select(chunk => new FedRecord(
                        chunk[0].PartitionKey,
                        KplAggregate.Of(chunk[0].PartitionKey, chunk.Select(record => record.Data)),
                        [.. chunk.SelectMany(record => record.Readings)])),
            ]);
        Report.Line($"ratio: a reading in an aggregate takes {packed / plain:P0} of the CPU time of a plain one");
    }

    private static async Task<double> MeasureAsync(string what, List<FedRecord> records)
    {
        var events = KinesisEvents.Of(records, records.Count / Batches).ToList();
        var accepted = new Counted();
        var rejected = new Counted();
        for (var round = 0; round < WarmUps; round++)
        {
            await RoundAsync(events, accepted, rejected);
        }

        (accepted.Count, rejected.Count) = (0, 0);
        using var process = Process.GetCurrentProcess();
        var (cpu, allocated) = (process.TotalProcessorTime, GC.GetTotalAllocatedBytes(precise: true));
        for (var round = 0; round < Rounds; round++)
        {
            await RoundAsync(events, accepted, rejected);
        }

        process.Refresh();
        var readings = (double)records.Readings() * Rounds;
        var busy = (process.TotalProcessorTime - cpu).TotalMicroseconds / readings;
        var bytes = (GC.GetTotalAllocatedBytes(precise: true) - allocated) / readings;
        if (accepted.Count != readings || rejected.Count > 0)
        {
            throw new InvalidOperationException(
                $"{readings} readings went in, {accepted.Count} were accepted and {rejected.Count} rejected.");
        }

        Report.Line($"{what,-18}  {busy,6:F2} us CPU a reading  {bytes,6:F0} B allocated a reading  {1e6 / busy,9:N0} readings/s of a core");
        return busy;
    }

    // A function that has seen nothing: every reading is new to its memory of duplicates, which grows from the start.
    private static async Task RoundAsync(List<byte[]> events, Counted accepted, Counted rejected)
    {
        var function = new CleansingFunction(
            new(CleansingRules.Parse(System.Text.Encoding.UTF8.GetBytes(Rules))),
            new(accepted, Fail), new(rejected, Fail), new EmbeddedMetrics(Stream.Null));
        foreach (var json in events)
        {
            using var input = new MemoryStream(json, 0, json.Length, writable: false, publiclyVisible: true);
            await function.HandleAsync(input, CancellationToken.None);
        }
    }

    private static void Fail(Exception error) => throw new InvalidOperationException("A stream refused records.", error);

    /// <summary>A stream that takes everything and keeps nothing.</summary>
    private sealed class Counted : IRecordStream
    {
        private long _count;

        public long Count
        {
            get => Interlocked.Read(ref _count);
            set => Interlocked.Exchange(ref _count, value);
        }

        public Task<IReadOnlyList<string?>> PutAsync(IReadOnlyList<OutputRecord> records, CancellationToken cancellationToken)
        {
            Interlocked.Add(ref _count, records.Count);
            return Task.FromResult<IReadOnlyList<string?>>(new string?[records.Count]);
        }
    }
}
