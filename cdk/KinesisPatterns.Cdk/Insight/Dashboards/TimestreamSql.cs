using System.Globalization;

namespace KinesisPatterns.Cdk;

/// <summary>Queries in Timestream's SQL, with the macros of Grafana's plugin.</summary>
/// <remarks>https://grafana.com/docs/plugins/grafana-timestream-datasource/latest/query-editor/</remarks>
internal sealed class TimestreamSql(string database, string table)
{
    private const string Interval = "BIN(time, $__interval_ms)";
    private const string EveryMetric = "measure_name NOT LIKE '%:%'";

    public string Text(SeriesQuery query)
    {
        string[] apart = [.. Measurement(query.From), .. query.By.Select(Identifier)];
        var keys = query.InIntervals ? [Interval, .. apart] : apart;
        var value = Call(query.Aggregate, Identifier(query.Field));
        var conditions = Conditions(query.From, query.Where, $"{Identifier(query.Field)} IS NOT NULL");
        var inner = $"SELECT {Select(keys, $"{value} AS {Identifier(query.Field)}")} FROM {Table} WHERE {conditions}"
            + GroupBy(keys);
        if (query.Over is not { } over)
        {
            return query.InIntervals ? $"{inner} ORDER BY 1" : inner;
        }

        string[] left = [.. query.InIntervals ? ["time"] : (string[])[], .. Measurement(query.From)];
        var outer = $"{Call(over, Identifier(query.Field))} AS {Identifier(query.Field)}";
        var text = $"SELECT {string.Join(", ", [.. left, outer])} FROM ({inner}){GroupBy(left)}";
        return query.InIntervals ? $"{text} ORDER BY 1" : text;
    }

    public string Text(RowsQuery query) => string.Create(
        CultureInfo.InvariantCulture,
        $"SELECT time, {string.Join(", ", query.Columns.Select(Identifier))} FROM {Table} WHERE {Conditions(query.From, query.Where)} ORDER BY time DESC LIMIT {query.Limit}");

    public string Text(DashboardAnnotation annotation) =>
        $"SELECT time, {Identifier(annotation.TextField)} AS text"
        + string.Concat(annotation.Tags.Select(tag => $", {Identifier(tag)}"))
        + $" FROM {Table} WHERE {Conditions(annotation.From, annotation.Where)} ORDER BY 1";

    public string Text(DashboardVariable variable) =>
        $"SELECT DISTINCT {(variable.Tag is { } tag ? Identifier(tag) : "measure_name")} FROM {Table} "
        + $"WHERE time > ago(1d) AND {EveryMetric} ORDER BY 1";

    private string Table => $"{Identifier(database)}.{Identifier(table)}";

    // Where several measurements are read, each is a series.
    private static string[] Measurement(Measurements from) => from.Name is null ? ["measure_name"] : [];

    private static string Select(IEnumerable<string> keys, string value) =>
        string.Join(", ", [.. keys.Select(key => key == Interval ? $"{key} AS time" : key), value]);

    private static string GroupBy(string[] keys) =>
        keys.Length == 0 ? "" : $" GROUP BY {string.Join(", ", keys)}";

    private static string Conditions(Measurements from, IReadOnlyList<TagFilter> filters, params string[] others)
    {
        var measurement = from switch
        {
            { Name: { } name } => $"measure_name = {Literal(name)}",
            { Variable: { } variable } => Chosen("measure_name", variable),
            _ => EveryMetric,
        };
        return string.Join(" AND ", ["$__timeFilter", measurement, .. filters.Select(Condition), .. others]);
    }

    private static string Condition(TagFilter filter) => filter.Variable is { } variable
        ? Chosen(Identifier(filter.Tag), variable)
        : $"{Identifier(filter.Tag)} = {Literal(filter.Value!)}";

    // https://grafana.com/docs/grafana/latest/dashboards/variables/variable-syntax/#singlequote
    private static string Chosen(string column, DashboardVariable variable) => variable.Several
        ? $"{column} IN (${{{variable.Name}:singlequote}})"
        : $"{column} = '${variable.Name}'";

    private static string Call(SeriesAggregate aggregate, string field) => aggregate switch
    {
        SeriesAggregate.Mean => $"AVG({field})",
        SeriesAggregate.Minimum => $"MIN({field})",
        SeriesAggregate.Maximum => $"MAX({field})",
        SeriesAggregate.Count => $"COUNT({field})",
        SeriesAggregate.Sum => $"SUM({field})",
        SeriesAggregate.Last => $"MAX_BY({field}, time)",
        _ => throw new ArgumentOutOfRangeException(nameof(aggregate), aggregate, null),
    };

    private static string Identifier(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static string Literal(string text) => $"'{text.Replace("'", "''", StringComparison.Ordinal)}'";
}
