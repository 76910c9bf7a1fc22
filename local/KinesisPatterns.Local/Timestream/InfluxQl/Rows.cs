using System.Text.Json.Nodes;

namespace KinesisPatterns.Local.Timestream.InfluxQl;

/// <summary>Points as they are, with their fields and tags side by side.</summary>
internal static class Rows
{
    public static IEnumerable<JsonNode> Of(SeriesStore store, Select query, long unit) =>
        from key in store.Keys
        where query.From.Measurements.Takes(key.Measurement)
            && query.Where.All(condition => condition.Takes(key.Tags[condition.Tag]))
        group key by key.Measurement into measurement
        orderby measurement.Key
        let rows = Measurement(store, query, [.. measurement], unit).ToList()
        where rows.Count > 0
        select Engine.Series(measurement.Key, ["time", .. query.Columns.Select(column => column.Name)], rows);

    private static IEnumerable<JsonNode> Measurement(SeriesStore store, Select query, SeriesKey[] keys, long unit)
    {
        var fields = keys.Select(key => key.Field).ToHashSet();
        var rows = keys.Select(key => key.Tags).Distinct().SelectMany(tags => Points(store, query, keys[0].Measurement, tags, fields));
        var ordered = query.Descending ? rows.OrderByDescending(row => row.Time) : rows.OrderBy(row => row.Time);
        return ordered.Take(query.Limit ?? int.MaxValue).Select(row => new JsonArray([row.Time / unit, .. row.Cells]));
    }

    private static IEnumerable<(long Time, IEnumerable<JsonNode?> Cells)> Points(
        SeriesStore store, Select query, string measurement, Tags tags, HashSet<string> fields)
    {
        var columns = query.Columns.Select(column => fields.Contains(column.Field)
            ? Field(store, new(measurement, tags, column.Field), query)
            : null).ToArray();
        foreach (var time in columns.OfType<Dictionary<long, JsonNode>>().SelectMany(field => field.Keys).Distinct())
        {
            yield return (time, columns.Select((field, at) => field is null
                ? tags[query.Columns[at].Field] is { } tag ? (JsonNode?)tag : null
                : field.GetValueOrDefault(time)));
        }
    }

    private static Dictionary<long, JsonNode> Field(SeriesStore store, SeriesKey key, Select query)
    {
        var values = new Dictionary<long, JsonNode>();
        foreach (var (time, value) in store.Find(key)?.Range(query.Start, query.End + 1) ?? [])
        {
            values[time] = value;
        }

        foreach (var (time, text) in store.FindTexts(key)?.Range(query.Start, query.End + 1) ?? [])
        {
            values[time] = text;
        }

        return values;
    }
}
