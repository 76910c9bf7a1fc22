using KinesisPatterns.Lambdas.Series;

namespace KinesisPatterns.Lambdas.SeriesCalculator;

/// <summary>Adds readings to a series: merges them into its windows and moves its latest value forward.</summary>
/// <param name="table">The truth; <see cref="SeriesState"/> is a memory of it.</param>
/// <param name="length">The length of a window in milliseconds.</param>
/// <param name="detection">Looks at what is added.</param>
internal sealed class SeriesUpdater(ISeriesTable table, long length, SeriesDetection detection)
{
    private const int Attempts = 8;

    /// <summary>
    /// Adds the readings, all of one series. The answer has for each of them the value that is stored for its millisecond,
    /// or null when its window is full.
    /// </summary>
    public async Task<double?[]> AddAsync(
        SeriesKey series, SeriesState state, IReadOnlyList<CleansedReading> readings, CancellationToken cancellationToken)
    {
        var stored = new double?[readings.Count];
        var touched = new List<SeriesWindow>();
        foreach (var group in Enumerable.Range(0, readings.Count)
            .GroupBy(index => SeriesTable.WindowStart(readings[index].Sample.Time, length)).OrderBy(group => group.Key))
        {
            int[] members = [.. group];
            var window = await MergeAsync(
                series, state, group.Key, [.. members.Select(index => readings[index])], cancellationToken);
            touched.Add(window);
            foreach (var index in members)
            {
                var place = Samples.IndexOf(window.Samples, readings[index].Sample.Time);
                stored[index] = place < 0 ? null : window.Samples[place].Value;
            }
        }

        await detection.DetectAsync(series, state, touched, readings, cancellationToken);

        // A window may be empty only if it is new and nothing fitted, which cannot be.
        await MoveLatestAsync(series, state, touched, readings, cancellationToken);
        return stored;
    }

    private async Task<SeriesWindow> MergeAsync(
        SeriesKey series, SeriesState state, long start, CleansedReading[] readings, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var window = state.Find(start) ?? await LoadAsync(series, start, cancellationToken);
            var merged = Merge(window, readings);
            if (merged is null)
            {
                state.Keep(window, length);
                return window;
            }

            if (await table.SaveAsync(series, merged, cancellationToken))
            {
                state.Keep(merged, length);
                return merged;
            }

            // Another environment has the series too: nothing remembered of it is certain.
            state.Forget();
            if (attempt == Attempts)
            {
                throw new InvalidOperationException(
                    $"{series.Device} {series.Metric}: the window of {Timestamps.Text(start)} was changed by others {Attempts} times in a row.");
            }

            await Task.Delay(Backoff.Pause(attempt), cancellationToken);
        }
    }

    /// <summary>The window with the readings that fit into it; null when it has them all already.</summary>
    private static SeriesWindow? Merge(SeriesWindow window, CleansedReading[] readings)
    {
        var room = Samples.MaximumPerWindow - window.Samples.Length;
        var added = new HashSet<long>();
        var samples = Samples.Set(readings
            .Select(reading => reading.Sample)
            .Where(sample => Samples.IndexOf(window.Samples, sample.Time) >= 0
                || added.Contains(sample.Time)
                || (added.Count < room && added.Add(sample.Time))));
        var union = Samples.Union(window.Samples, samples);
        return union.AsSpan().SequenceEqual(window.Samples)
            ? null
            : new(window.Start, union, window.Version + 1, readings.LastOrDefault(reading => reading.Unit is not null)?.Unit ?? window.Unit);
    }

    private async Task MoveLatestAsync(
        SeriesKey series, SeriesState state, List<SeriesWindow> touched, IReadOnlyList<CleansedReading> readings,
        CancellationToken cancellationToken)
    {
        var current = state.Current ?? touched[^1];
        var mine = await SaveLatestAsync(series, state, current, readings, cancellationToken);
        if (mine is not { } newer)
        {
            return;
        }

        // The stored one is newer than all that is known here. Readings that came late may still lie in its trailing window.
        var start = SeriesTable.WindowStart(newer, length);
        if (touched.Exists(window => window.Start == start || window.Start == start - length))
        {
            state.Forget();
            var window = await LoadAsync(series, start, cancellationToken);
            if (window.Samples.Length > 0)
            {
                state.Keep(window, length);
                await SaveLatestAsync(series, state, window, readings, cancellationToken);
            }
        }
    }

    /// <summary>Null when the latest value of this window is stored, else the time of the newer one that is.</summary>
    private async Task<long?> SaveLatestAsync(
        SeriesKey series, SeriesState state, SeriesWindow current, IReadOnlyList<CleansedReading> readings,
        CancellationToken cancellationToken)
    {
        var before = current.Start - length;
        var previous = state.Find(before) ?? await LoadAsync(series, before, cancellationToken);
        state.Keep(previous, length);

        var latest = LatestValue.Of(previous.Samples, current.Samples, length);
        latest = latest with { Score = state.Detector?.LastTime == latest.Time ? state.Detector.LatestScore : null };
        if (latest == state.Latest)
        {
            return null;
        }

        var reading = readings.MaxBy(item => item.Sample.Time)!;
        var stored = await table.SaveLatestAsync(series, latest, reading with { Unit = reading.Unit ?? current.Unit }, cancellationToken);
        if (stored > latest.Time)
        {
            return stored;
        }

        state.Latest = latest;
        return null;
    }

    private async Task<SeriesWindow> LoadAsync(SeriesKey series, long start, CancellationToken cancellationToken) =>
        await table.LoadAsync(series, start, cancellationToken) ?? new(start, [], 0, null);
}
