using KinesisPatterns.Lambdas.Series;

namespace KinesisPatterns.Lambdas.SeriesCalculator;

/// <summary>
/// Detects anomalies in what the table holds: a detector is its last snapshot and all readings since, whoever stored them.
/// </summary>
/// <param name="table">The table.</param>
/// <param name="length">The length of a window in milliseconds.</param>
/// <param name="settings">What an anomaly is.</param>
internal sealed class SeriesDetection(ISeriesTable table, long length, AnomalySettings settings)
{
    // As many windows are read one by one; more at once.
    private const int FewWindows = 2;

    /// <summary>Takes the readings of the windows just stored, after those that others stored before.</summary>
    public async Task DetectAsync(
        SeriesKey series, SeriesState state, List<SeriesWindow> stored, IReadOnlyList<CleansedReading> readings,
        CancellationToken cancellationToken)
    {
        var detector = state.Detector ?? await LoadAsync(series, cancellationToken);
        detector.Begin(readings.Min(reading => reading.Sample.Time));
        var own = readings.Select(reading => reading.Sample.Time).ToHashSet();
        var missed = await MissedAsync(series, state, detector, stored, cancellationToken);
        foreach (var window in missed.Concat(stored).OrderBy(window => window.Start))
        {
            foreach (var sample in Newer(window.Samples, detector.LastTime))
            {
                detector.Take(sample, own.Contains(sample.Time));
            }
        }

        state.Detector = detector;
    }

    /// <summary>Stores the detector if it is time to; what it found up to now must have been seen through.</summary>
    public async Task SaveAsync(SeriesKey series, SeriesState state, CancellationToken cancellationToken)
    {
        if (state.Detector is not { IsSnapshotDue: true } detector)
        {
            return;
        }

        var snapshot = detector.Snapshot();
        if (await table.SaveDetectorAsync(series, snapshot, detector.LastTime!.Value, cancellationToken))
        {
            detector.Saved(snapshot);
        }
        else
        {
            // Another environment has stored one: its readings are in it.
            state.Detector = null;
        }
    }

    private async Task<SeriesDetector> LoadAsync(SeriesKey series, CancellationToken cancellationToken) =>
        SeriesDetector.From(settings, await table.LoadDetectorAsync(series, cancellationToken));

    private async Task<IReadOnlyList<SeriesWindow>> MissedAsync(
        SeriesKey series, SeriesState state, SeriesDetector detector, List<SeriesWindow> stored, CancellationToken cancellationToken)
    {
        var to = stored[^1].Start;
        var last = detector.LastTime ?? stored[0].Start - (long)SeriesDetector.LongestWithoutSnapshot.TotalMilliseconds;
        var from = SeriesTable.WindowStart(last, length);
        if ((to - from) / length > FewWindows + stored.Count)
        {
            var between = await table.LoadRangeAsync(series, from, to, cancellationToken);
            return [.. between.Where(window => !stored.Exists(own => own.Start == window.Start))];
        }

        var missed = new List<SeriesWindow>();
        for (var start = from; start < to; start += length)
        {
            var at = start;
            if (!stored.Exists(own => own.Start == at)
                && (state.Find(at) ?? await table.LoadAsync(series, at, cancellationToken)) is { } window)
            {
                state.Keep(window, length);
                missed.Add(window);
            }
        }

        return missed;
    }

    private static IEnumerable<Sample> Newer(Sample[] samples, long? last)
    {
        if (last is not { } time)
        {
            return samples;
        }

        var place = Samples.IndexOf(samples, time);
        return samples.Skip(place < 0 ? ~place : place + 1);
    }
}
