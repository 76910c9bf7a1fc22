using System.Text.Json.Nodes;

namespace KinesisPatterns.Cdk;

/// <summary>Timestream LiveAnalytics, asked in its SQL by the role of the workspace.</summary>
/// <param name="Database">The database's name.</param>
/// <param name="Table">The table's name.</param>
/// <param name="TableArn">The table's ARN.</param>
public sealed record TimestreamDataSource(string Database, string Table, string TableArn) : ISeriesDataSource
{
    /// <inheritdoc/>
    public string Type => "grafana-timestream-datasource";

    /// <inheritdoc/>
    public bool IsPlugin => true;

    /// <inheritdoc/>
    public SeriesToken? Token => null;

    /// <inheritdoc/>
    public StorePlace? Place => null;

    // https://grafana.com/docs/plugins/grafana-timestream-datasource/latest/configure/
    /// <inheritdoc/>
    public JsonObject Settings => new()
    {
        ["type"] = Type,
        ["access"] = "proxy",
        ["jsonData"] = new JsonObject
        {
            ["authType"] = "ec2_iam_role",
            ["defaultRegion"] = Aws.REGION,
            ["defaultDatabase"] = $"\"{Database}\"",
            ["defaultTable"] = $"\"{Table}\"",
        },
    };

    // https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazontimestream.html
    /// <inheritdoc/>
    public void GrantRead(IGrantable workspace)
    {
        workspace.Allow(["timestream:Select", "timestream:DescribeTable", "timestream:ListMeasures"], TableArn);
        workspace.Allow(["timestream:DescribeEndpoints", "timestream:SelectValues", "timestream:CancelQuery"], "*");
    }

    /// <inheritdoc/>
    public JsonObject Target(SeriesQuery query) =>
        Raw(Sql.Text(query), query.InIntervals ? TimestreamFormat.TimeSeries : TimestreamFormat.Table);

    /// <inheritdoc/>
    public JsonObject Target(RowsQuery query) => Raw(Sql.Text(query), TimestreamFormat.Table);

    /// <inheritdoc/>
    public JsonObject Target(DashboardAnnotation annotation)
    {
        var target = Raw(Sql.Text(annotation), TimestreamFormat.Table);
        target["refId"] = "Anno";
        return target;
    }

    /// <inheritdoc/>
    public JsonNode Choices(DashboardVariable variable)
    {
        var target = Raw(Sql.Text(variable), TimestreamFormat.Table);
        target["refId"] = "Choices";
        return target;
    }

    private TimestreamSql Sql => new(Database, Table);

    private static JsonObject Raw(string query, TimestreamFormat format) => new()
    {
        ["rawQuery"] = query,
        ["format"] = (int)format,
        ["waitForResult"] = true,
    };

    // The plugin's own numbers.
    private enum TimestreamFormat
    {
        Table = 0,
        TimeSeries = 1,
    }
}
