using System.Text.Json.Nodes;

namespace KinesisPatterns.Cdk;

/// <summary>InfluxDB, asked in InfluxQL, which versions 1, 2 and 3 answer.</summary>
/// <param name="Url">Where it answers.</param>
/// <param name="Database">The bucket or database.</param>
/// <param name="Token">The token that may read it.</param>
/// <param name="Place">Where in a VPC it is; null when it is public.</param>
public sealed record InfluxDataSource(string Url, string Database, SeriesToken Token, StorePlace? Place = null)
    : ISeriesDataSource
{
    /// <inheritdoc/>
    public string Type => "influxdb";

    /// <inheritdoc/>
    public bool IsPlugin => false;

    // httpHeaderValue1, the token, is secret: it is added when the data source is written.
    // https://grafana.com/docs/grafana/latest/datasources/influxdb/configure/
    /// <inheritdoc/>
    public JsonObject Settings => new()
    {
        ["type"] = Type,
        ["access"] = "proxy",
        ["url"] = Url,
        ["database"] = Database,
        ["jsonData"] = new JsonObject
        {
            ["dbName"] = Database,
            ["httpMode"] = "POST",
            ["httpHeaderName1"] = "Authorization",
            ["maxSeries"] = 1000,
        },
    };

    /// <inheritdoc/>
    public void GrantRead(IGrantable workspace)
    {
        // The token is enough.
    }

    /// <inheritdoc/>
    public JsonObject Target(SeriesQuery query) => Raw(InfluxQl.Text(query), "time_series", InfluxQl.Alias(query));

    /// <inheritdoc/>
    public JsonObject Target(RowsQuery query) => Raw(InfluxQl.Text(query), "table", "");

    /// <inheritdoc/>
    public JsonObject Target(DashboardAnnotation annotation) => new()
    {
        ["refId"] = "Anno",
        ["rawQuery"] = true,
        ["fromAnnotations"] = true,
        ["textColumn"] = "text",
        ["tagsColumn"] = string.Join(',', annotation.Tags),
        ["query"] = InfluxQl.Text(annotation),
    };

    /// <inheritdoc/>
    public JsonNode Choices(DashboardVariable variable) => InfluxQl.Text(variable);

    private static JsonObject Raw(string query, string format, string alias) => new()
    {
        ["rawQuery"] = true,
        ["resultFormat"] = format,
        ["alias"] = alias,
        ["query"] = query,
    };
}
