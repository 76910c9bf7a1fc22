using System.Collections.Concurrent;
using KinesisPatterns.Lambdas.Series;
using KinesisPatterns.Lambdas.SeriesCalculator;

namespace KinesisPatterns.Lambdas.Tests.SeriesCalculator;

/// <summary>The table in memory, with the conditions that docs/time-series.md promises.</summary>
internal sealed class TestTable : ISeriesTable
{
    private readonly ConcurrentDictionary<(SeriesKey, long), SeriesWindow> _windows = new();
    private readonly ConcurrentDictionary<SeriesKey, LatestValue> _latest = new();
    private readonly Lock _lock = new();
    private int _running;

    public IReadOnlyDictionary<(SeriesKey Series, long Start), SeriesWindow> Windows => _windows;

    public IReadOnlyDictionary<SeriesKey, LatestValue> Latest => _latest;

    public ConcurrentDictionary<SeriesKey, DetectorSnapshot> Detectors { get; } = new();

    /// <summary>Called before a detector is saved; what it throws, the table throws.</summary>
    public Action BeforeSaveDetector { get; set; } = () => { };

    public int Writes { get; private set; }

    public int Loads { get; private set; }

    /// <summary>The most calls that were under way at a time.</summary>
    public int MostAtOnce { get; private set; }

    /// <summary>Called before a window is saved; what it throws, the table throws.</summary>
    public Action<SeriesKey, SeriesWindow> BeforeSave { get; set; } = (_, _) => { };

    public async Task<SeriesWindow?> LoadAsync(SeriesKey series, long start, CancellationToken cancellationToken)
    {
        using var _ = await CallAsync();
        Loads++;
        return _windows.GetValueOrDefault((series, start));
    }

    public async Task<bool> SaveAsync(SeriesKey series, SeriesWindow window, CancellationToken cancellationToken)
    {
        using var _ = await CallAsync();
        BeforeSave(series, window);
        lock (_lock)
        {
            if ((_windows.GetValueOrDefault((series, window.Start))?.Version ?? 0) != window.Version - 1)
            {
                return false;
            }

            _windows[(series, window.Start)] = window;
            Writes++;
            return true;
        }
    }

    public async Task<long> SaveLatestAsync(
        SeriesKey series, LatestValue latest, CleansedReading reading, CancellationToken cancellationToken)
    {
        using var _ = await CallAsync();
        lock (_lock)
        {
            if (_latest.TryGetValue(series, out var stored) && (stored.Time > latest.Time
                || (stored.Time == latest.Time && stored.Trailing.Count > latest.Trailing.Count)))
            {
                return stored.Time;
            }

            _latest[series] = latest;
            return latest.Time;
        }
    }

    public async Task<IReadOnlyList<SeriesWindow>> LoadRangeAsync(SeriesKey series, long from, long to, CancellationToken cancellationToken)
    {
        using var _ = await CallAsync();
        Loads++;
        return [.. _windows.Where(window => window.Key.Item1 == series && window.Key.Item2 >= from && window.Key.Item2 < to).Select(window => window.Value).OrderBy(window => window.Start)];
    }

    public async Task<DetectorSnapshot?> LoadDetectorAsync(SeriesKey series, CancellationToken cancellationToken)
    {
        using var _ = await CallAsync();
        Loads++;
        return Detectors.GetValueOrDefault(series);
    }

    public async Task<bool> SaveDetectorAsync(SeriesKey series, DetectorSnapshot snapshot, long last, CancellationToken cancellationToken)
    {
        using var _ = await CallAsync();
        lock (_lock)
        {
            BeforeSaveDetector();
            if ((Detectors.GetValueOrDefault(series)?.Version ?? 0) != snapshot.Version - 1)
            {
                return false;
            }

            Detectors[series] = snapshot;
            return true;
        }
    }

    public SeriesWindow Window(string metric, long start) => _windows[(new("machine-1", metric), start)];

    private async Task<IDisposable> CallAsync()
    {
        lock (_lock)
        {
            MostAtOnce = Math.Max(MostAtOnce, ++_running);
        }

        await Task.Yield();
        return new Call(this);
    }

    private sealed class Call(TestTable table) : IDisposable
    {
        public void Dispose()
        {
            lock (table._lock)
            {
                table._running--;
            }
        }
    }
}
