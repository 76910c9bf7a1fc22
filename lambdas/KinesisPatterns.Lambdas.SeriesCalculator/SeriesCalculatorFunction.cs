using System.Text.Json;
using KinesisPatterns.Lambdas.Series;
using KinesisPatterns.Lambdas.Streams;

namespace KinesisPatterns.Lambdas.SeriesCalculator;

/// <summary>Brings the readings of a batch into the table and the series store.</summary>
/// <param name="updater">Adds readings to a series in the table.</param>
/// <param name="cache">The series as this environment remembers them.</param>
/// <param name="store">The series store.</param>
/// <param name="metrics">Told how many readings there were.</param>
/// <param name="onError">Told of what failed.</param>
/// <param name="concurrency">The most series that are written to the table at a time.</param>
internal sealed class SeriesCalculatorFunction(
    SeriesUpdater updater, SeriesCache cache, ISeriesStore store, EmbeddedMetrics metrics, Action<Exception> onError,
    int concurrency = 16)
{
    /// <summary>
    /// Every series is tried, whatever happens to others; a series that fails fails with its first record, because its
    /// readings belong in order. The answer names the first record that is not in both the table and the store.
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
        cache.Trim();

        var written = Enumerable.Range(0, readings.Count).Where(index => points[index] is not null).ToArray();
        var stored = await store.WriteAsync([.. written.Select(index => points[index]!.Value)], deadline);
        for (var place = 0; place < written.Length; place++)
        {
            points[written[place]] = stored[place] ? points[written[place]] : null;
        }

        for (var index = 0; index < readings.Count; index++)
        {
            failed[readings[index].Source] |= points[index] is null;
        }

        metrics.Write([new("Readings", readings.Count), new("Series", series.Count), new("FailedRecords", failed.LongCount(value => value))]);
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
                points[members[place]] = values[place] is { } value
                    ? new Point(key, added[place].Sample with { Value = value }, added[place].Tags)
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
}
