namespace KinesisPatterns.Local.Timestream.InfluxQl;

/// <summary>A series of an answer; tags that were not asked for are empty.</summary>
internal sealed record FoundSeries(
    string Name, IReadOnlyDictionary<string, string> Tags, IReadOnlyList<(long Time, double Value)> Points);

/// <summary>Figures that are made of the values of a field.</summary>
internal static class Figures
{
    public static IEnumerable<FoundSeries> Of(SeriesStore store, Select query)
    {
        var column = query.Columns[0];
        var groups =
            from found in query.From.Inner is { } inner ? Of(store, inner) : Raw(store, query, column.Field)
            let tags = query.Tags.Select(tag => found.Tags.GetValueOrDefault(tag, "")).ToArray()
            group found by (found.Name, Key: string.Join('\0', tags)) into grouped
            orderby grouped.Key.Name, grouped.Key.Key
            select grouped;
        foreach (var group in groups.ToList())
        {
            // What a statement in parentheses made has the time of its interval, which begins before what was asked.
            var start = query is { From.Inner: not null, Interval: { } span } ? Floor(query.Start, span) : query.Start;
            var points = group.SelectMany(found => found.Points).Where(point => point.Time >= start && point.Time <= query.End);
            var made = Made(points.ToList(), query, column.Aggregate!.Value);
            if (made.Count > 0)
            {
                var tags = query.Tags.ToDictionary(tag => tag, tag => group.First().Tags.GetValueOrDefault(tag, ""));
                yield return new(group.Key.Name, tags, made);
            }
        }
    }

    private static IEnumerable<FoundSeries> Raw(SeriesStore store, Select query, string field) =>
        from one in store.All
        where one.Key.Field == field && query.From.Measurements.Takes(one.Key.Measurement)
            && query.Where.All(condition => condition.Takes(one.Key.Tags[condition.Tag]))
        select new FoundSeries(
            one.Key.Measurement, one.Key.Tags.Pairs.ToDictionary(), one.Value.Range(query.Start, query.End + 1));

    private static List<(long Time, double Value)> Made(
        List<(long Time, double Value)> points, Select query, Aggregate aggregate)
    {
        if (points.Count == 0)
        {
            return [];
        }

        if (query.Interval is not { } interval)
        {
            var (time, value) = Reduce(points, aggregate);

            // What picks one point has its time; what is made of all of them, the beginning of what was asked.
            var picks = aggregate is Aggregate.Min or Aggregate.Max or Aggregate.Last;
            return [(picks ? time : query.Start == long.MinValue ? 0 : query.Start, value)];
        }

        return
        [
            .. points.GroupBy(point => Floor(point.Time, interval))
                .OrderBy(bucket => bucket.Key)
                .Select(bucket => (bucket.Key, Reduce(bucket.ToList(), aggregate).Value)),
        ];
    }

    private static long Floor(long time, long interval) => time - (((time % interval) + interval) % interval);

    // Of equal values the earlier one is the smallest or largest; of two at one time, the greater is the last.
    private static (long Time, double Value) Reduce(List<(long Time, double Value)> points, Aggregate aggregate) => aggregate switch
    {
        Aggregate.Mean => (0, points.Average(point => point.Value)),
        Aggregate.Count => (0, points.Count),
        Aggregate.Sum => (0, points.Sum(point => point.Value)),
        Aggregate.Min => points.OrderBy(point => point.Value).ThenBy(point => point.Time).First(),
        Aggregate.Max => points.OrderByDescending(point => point.Value).ThenBy(point => point.Time).First(),
        _ => points.OrderByDescending(point => point.Time).ThenByDescending(point => point.Value).First(),
    };
}
