using System.Text.Json.Nodes;

namespace KinesisPatterns.Local.Timestream.InfluxQl;

/// <summary>Answers statements from a <see cref="SeriesStore"/>, in the form of InfluxDB 1's API.</summary>
/// <remarks>https://docs.influxdata.com/influxdb/v2/reference/api/influxdb-1x/query/</remarks>
internal sealed class Engine(SeriesStore store)
{
    /// <summary>The answer to one statement, with times in the unit of that many nanoseconds.</summary>
    /// <exception cref="InfluxQlException">The statement is not answered here.</exception>
    public JsonObject Run(string statement, long nanosecondsPerUnit)
    {
        var series = Parser.Parse(statement) switch
        {
            ShowMeasurements show => Measurements(show),
            ShowTagValues show => TagValues(show),
            Select { Columns: [{ Aggregate: not null } column, ..] } query =>
                Figures.Of(store, query).Select(found => Series(found, query, column, nanosecondsPerUnit)),
            Select query => Rows.Of(store, query, nanosecondsPerUnit),
            var other => throw new InvalidOperationException($"{other} is not known"),
        };
        var result = new JsonObject { ["statement_id"] = 0 };
        if (new JsonArray([.. series]) is { Count: > 0 } found)
        {
            result["series"] = found;
        }

        return new() { ["results"] = new JsonArray(result) };
    }

    public static JsonObject Series(string name, IEnumerable<string> columns, IEnumerable<JsonNode> values) => new()
    {
        ["name"] = name,
        ["columns"] = new JsonArray([.. columns.Select(column => (JsonNode)column)]),
        ["values"] = new JsonArray([.. values]),
    };

    private static JsonObject Series(FoundSeries found, Select query, Column column, long unit)
    {
        var ordered = query.Descending ? found.Points.AsEnumerable().Reverse() : found.Points;
        var points = ordered.Take(query.Limit ?? int.MaxValue);
        var series = Series(
            found.Name, ["time", column.Name], points.Select(point => new JsonArray(point.Time / unit, point.Value)));
        if (query.Tags.Count > 0)
        {
            series["tags"] = new JsonObject(query.Tags.Select(tag => KeyValuePair.Create(tag, (JsonNode?)found.Tags[tag])));
        }

        return series;
    }

    private IEnumerable<JsonNode> Measurements(ShowMeasurements show)
    {
        var names = store.Keys.Select(key => key.Measurement).Distinct().Where(show.With.Takes).Order(StringComparer.Ordinal).ToArray();
        return names.Length == 0 ? [] : [Series("measurements", ["name"], names.Select(name => new JsonArray(name)))];
    }

    private IEnumerable<JsonNode> TagValues(ShowTagValues show) => store.Keys
        .Where(key => show.From.Takes(key.Measurement) && key.Tags[show.Tag] is not null)
        .GroupBy(key => key.Measurement)
        .OrderBy(group => group.Key, StringComparer.Ordinal)
        .Select(group => Series(group.Key, ["key", "value"], group
            .Select(key => key.Tags[show.Tag]!)
            .Distinct()
            .Order(StringComparer.Ordinal)
            .Select(value => new JsonArray(show.Tag, value))));
}
