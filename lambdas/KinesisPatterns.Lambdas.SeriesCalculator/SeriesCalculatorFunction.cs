using System.Text.Json;
using KinesisPatterns.Lambdas.Series;
using KinesisPatterns.Lambdas.Streams;

namespace KinesisPatterns.Lambdas.SeriesCalculator;

/// <summary>Brings the readings of a batch into the table and the series store.</summary>
/// <param name="updater">Adds readings to a series in the table.</param>
/// <param name="cache">The series as this environment remembers them.</param>
/// <param name="detection">What the updater asks about readings.</param>
/// <param name="store">The series store.</param>
/// <param name="alerts">Told of anomalies.</param>
/// <param name="metrics">Told how many readings there were.</param>
/// <param name="onError">Told of what failed.</param>
/// <param name="concurrency">The most series that are written to the table at a time.</param>
internal sealed class SeriesCalculatorFunction(
    SeriesUpdater updater, SeriesCache cache, SeriesDetection detection, ISeriesStore store, IAnomalyAlerts alerts, EmbeddedMetrics metrics,
    Action<Exception> onError,
    int concurrency = 16)
{
    /// <summary>
    /// Every series is tried, whatever happens to others; a series that fails fails with its first record, because its
    /// readings belong in order. The answer names the first record that is not in both the table and the store, or is an anomaly that nobody could be told of.
    /// </summary>
    public async Task<Stream> HandleAsync(Stream input, CancellationToken deadline)
    {
        using var batch = await KinesisBatch.ReadAsync(input);
        var failed = new bool[batch.Records.Count];
        var readings = Parse(batch, failed);

        var points = new Point?[readings.Count];
        var series = Enumerable.Range(0, readings.Count)
            .GroupBy(index => readings[index].Reading.Series)
            .Select(group => (group.Key, State: cache.Get(group.Key), Members: group.ToArray()))
            .ToList();
        await Parallel.ForEachAsync(
            series, new ParallelOptions { MaxDegreeOfParallelism = concurrency },
            async (one, _) => await AddAsync(one.Key, one.State, one.Members, readings, points, deadline));
        var written = Enumerable.Range(0, readings.Count).Where(index => points[index] is not null).ToArray();
        var stored = await store.WriteAsync([.. written.Select(index => points[index]!.Value)], deadline);
        for (var place = 0; place < written.Length; place++)
        {
            points[written[place]] = stored[place] ? points[written[place]] : null;
        }

        var anomalies = await PublishAsync(series, readings, points, deadline);
        for (var index = 0; index < readings.Count; index++)
        {
            failed[readings[index].Source] |= points[index] is null;
        }

        await SaveDetectorsAsync(series, readings, failed, deadline);
        cache.Trim();
        metrics.Write([new("Readings", readings.Count), new("Series", series.Count), new("Anomalies", anomalies), new("FailedRecords", failed.LongCount(value => value))]);
        return BatchResponse.From(batch.Records, failed);
    }

    private List<(CleansedReading Reading, int Source)> Parse(KinesisBatch batch, bool[] failed)
    {
        var readings = new List<(CleansedReading, int)>(batch.Records.Count);
        for (var index = 0; index < batch.Records.Count; index++)
        {
            try
            {
                readings.Add((CleansedReading.Parse(batch.Records[index].Data.Span), index));
            }
            catch (Exception exception) when (exception is JsonException or FormatException or InvalidOperationException)
            {
                failed[index] = true;
                onError(new FormatException($"{batch.Records[index].ShardId} {batch.Records[index].SequenceNumber}: {exception.Message}", exception));
            }
        }

        return readings;
    }

    private async Task AddAsync(
        SeriesKey key, SeriesState state, int[] members, List<(CleansedReading Reading, int Source)> readings, Point?[] points,
        CancellationToken deadline)
    {
        try
        {
            CleansedReading[] added = [.. members.Select(index => readings[index].Reading)];
            var values = await updater.AddAsync(key, state, added, deadline);
            for (var place = 0; place < members.Length; place++)
            {
                var finding = state.Detector?.FindingOf(added[place].Sample.Time);
                points[members[place]] = values[place] is { } value
                    ? new Point(
                        key, added[place].Sample with { Value = value }, added[place].Tags, finding?.Score,
                        finding is { IsAnomaly: true } ? finding.Assessment : null)
                    : null;
            }

            if (values.Any(value => value is null))
            {
                onError(new InvalidOperationException(
                    $"{key.Device} {key.Metric}: expected at most {Samples.MaximumPerWindow} readings in a window, got more."));
            }
        }
        catch (Exception exception)
        {
            // Whether the table has what was written last is not known: it is read again.
            state.Forget();
            onError(new InvalidOperationException($"{key.Device} {key.Metric}: {exception.Message}", exception));
        }
    }

    /// <summary>Tells of the anomalies that are stored; a reading that nobody could be told of counts as not stored.</summary>
    private async Task<long> PublishAsync(
        List<(SeriesKey Key, SeriesState State, int[] Members)> series, List<(CleansedReading Reading, int Source)> readings, Point?[] points,
        CancellationToken deadline)
    {
        var found = (
            from one in series
            from index in one.Members
            where points[index]?.Anomaly is not null
            let finding = one.State.Detector?.FindingOf(readings[index].Reading.Sample.Time)
            where finding is { IsPublished: false }
            group index by finding).ToList();
        if (found.Count == 0)
        {
            return 0;
        }

        var errors = await alerts.PublishAsync([.. found.Select(group => Event(group.Key, readings[group.First()].Reading))], deadline);
        for (var place = 0; place < found.Count; place++)
        {
            found[place].Key.IsPublished = errors[place] is null;
            if (errors[place] is { } error)
            {
                foreach (var index in found[place])
                {
                    points[index] = null;
                }

                onError(new InvalidOperationException($"{readings[found[place].First()].Reading.Series}: nobody was told of an anomaly: {error}"));
            }
        }

        return errors.LongCount(error => error is null);

        static AnomalyEvent Event(Finding finding, CleansedReading reading) => new(reading.Series, finding.Assessment, reading.Unit, reading.Tags);
    }

    private async Task SaveDetectorsAsync(
        List<(SeriesKey Key, SeriesState State, int[] Members)> series, List<(CleansedReading Reading, int Source)> readings, bool[] failed,
        CancellationToken deadline)
    {
        foreach (var (key, state, members) in series.Where(one => !Array.Exists(one.Members, index => failed[readings[index].Source])))
        {
            try
            {
                await detection.SaveAsync(key, state, deadline);
            }
            catch (Exception exception)
            {
                // The readings are stored; the next batch of the series tries again.
                onError(new InvalidOperationException($"{key.Device} {key.Metric}: the detector was not stored: {exception.Message}", exception));
            }
        }
    }
}
