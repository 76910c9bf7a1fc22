using System.Globalization;

namespace KinesisPatterns.Cdk;

/// <summary>Queries in InfluxQL, with Grafana's macros.</summary>
/// <remarks>https://docs.influxdata.com/influxdb/v2/query-data/influxql/</remarks>
internal static class InfluxQl
{
    private const string EveryMetric = "/^[^:]+$/";

    public static string Text(SeriesQuery query)
    {
        var value = $"{Call(query.Aggregate, query.Field)} AS \"{query.Field}\"";
        string[] interval = query.InIntervals ? ["time($__interval)"] : [];
        var source = $"{From(query.From)} {Where(query.Where)}";
        var inner = $"SELECT {value} FROM {source}{GroupBy([.. interval, .. query.By.Select(Identifier)])}";
        var text = query.Over is { } over
            ? $"SELECT {Call(over, query.Field)} AS \"{query.Field}\" FROM ({inner}) WHERE $timeFilter{GroupBy(interval)}"
            : inner;

        // A gap is no value; a count of nothing is left out as well, so that an idle series does not look alive.
        return query.InIntervals ? $"{text} fill(none)" : text;
    }

    public static string Text(RowsQuery query) => string.Create(
        CultureInfo.InvariantCulture,
        $"SELECT {Columns(query.Columns)} FROM {From(query.From)} {Where(query.Where)} ORDER BY time DESC LIMIT {query.Limit}");

    public static string Text(DashboardAnnotation annotation) =>
        $"SELECT {Identifier(annotation.TextField)} AS \"text\"{string.Concat(annotation.Tags.Select(tag => $", {Identifier(tag)}"))} "
        + $"FROM {From(annotation.From)} {Where(annotation.Where)}";

    public static string Text(DashboardVariable variable) => variable.Tag is { } tag
        ? $"SHOW TAG VALUES FROM {EveryMetric} WITH KEY = {Identifier(tag)}"
        : $"SHOW MEASUREMENTS WITH MEASUREMENT =~ {EveryMetric}";

    /// <summary>What Grafana calls a series.</summary>
    public static string Alias(SeriesQuery query) =>
        query.Legend
        ?? (query.Over is null && query.By.Count > 0 ? string.Join(' ', query.By.Select(tag => $"$tag_{tag}")) : "$m");

    private static string Call(SeriesAggregate aggregate, string field)
    {
        var function = aggregate switch
        {
            SeriesAggregate.Mean => "mean",
            SeriesAggregate.Minimum => "min",
            SeriesAggregate.Maximum => "max",
            SeriesAggregate.Count => "count",
            SeriesAggregate.Sum => "sum",
            SeriesAggregate.Last => "last",
            _ => throw new ArgumentOutOfRangeException(nameof(aggregate), aggregate, null),
        };
        return $"{function}({Identifier(field)})";
    }

    private static string From(Measurements measurements) => measurements switch
    {
        { Name: { } name } => Identifier(name),
        { Variable: { Several: true } variable } => $"/^${variable.Name}$/",
        { Variable: { } variable } => $"\"${variable.Name}\"",
        _ => EveryMetric,
    };

    private static string Where(IReadOnlyList<TagFilter> filters) =>
        string.Join(" AND ", ["WHERE $timeFilter", .. filters.Select(Condition)]);

    private static string Condition(TagFilter filter) => filter switch
    {
        { Variable: { Several: true } variable } => $"{Identifier(filter.Tag)} =~ /^${variable.Name}$/",
        { Variable: { } variable } => $"{Identifier(filter.Tag)} = '${variable.Name}'",
        _ => $"{Identifier(filter.Tag)} = '{Escaped(filter.Value!, '\'')}'",
    };

    private static string GroupBy(string[] terms) =>
        terms.Length == 0 ? "" : $" GROUP BY {string.Join(", ", terms)}";

    private static string Columns(IReadOnlyList<string> names) => string.Join(", ", names.Select(Identifier));

    private static string Identifier(string name) => $"\"{Escaped(name, '"')}\"";

    private static string Escaped(string text, char quote) => text
        .Replace("\\", "\\\\", StringComparison.Ordinal)
        .Replace(quote.ToString(), $"\\{quote}", StringComparison.Ordinal);
}
