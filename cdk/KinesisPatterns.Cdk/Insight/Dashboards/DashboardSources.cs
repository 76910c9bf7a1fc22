using System.Text.Json.Nodes;

namespace KinesisPatterns.Cdk;

/// <summary>The two data sources of a dashboard, and the uids they have in Grafana.</summary>
internal sealed record DashboardSources(ISeriesDataSource Store, string StoreUid, string CloudWatchUid)
{
    public const string CloudWatchType = "cloudwatch";

    public JsonObject StoreReference => Reference(Store.Type, StoreUid);

    public JsonObject CloudWatchReference => Reference(CloudWatchType, CloudWatchUid);

    private static JsonObject Reference(string type, string uid) => new() { ["type"] = type, ["uid"] = uid };
}
