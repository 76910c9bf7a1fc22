using System.Globalization;
using System.Text.Json.Nodes;

namespace KinesisPatterns.Cdk;

/// <summary>Alert rules as Grafana's provisioning API takes them.</summary>
/// <remarks>https://grafana.com/docs/grafana/latest/developers/http_api/alerting_provisioning/</remarks>
internal static class AlertJson
{
    private const string Expression = "__expr__";

    public static JsonObject Of(GrafanaAlert alert, string uid, string folder, string group, DashboardSources sources) =>
        new()
        {
            ["uid"] = uid,
            ["title"] = alert.Title,
            ["orgID"] = 1,
            ["folderUID"] = folder,
            ["ruleGroup"] = group,
            ["condition"] = "C",
            ["for"] = Text(alert.For),
            ["noDataState"] = alert.WhenSilent ? "Alerting" : "OK",
            ["execErrState"] = "Error",
            ["labels"] = new JsonObject { ["origin"] = "kinesis-patterns" },
            ["annotations"] = new JsonObject { ["summary"] = alert.Title, ["description"] = alert.Then },
            ["data"] = new JsonArray(
                Figure(alert, sources),
                Step("B", new() { ["type"] = "reduce", ["expression"] = "A", ["reducer"] = "last" }),
                Step("C", new()
                {
                    ["type"] = "threshold",
                    ["expression"] = "B",
                    ["conditions"] = new JsonArray(new JsonObject
                    {
                        ["evaluator"] = new JsonObject
                        {
                            ["type"] = alert.Limit.Evaluator,
                            ["params"] = new JsonArray(alert.Limit.Value),
                        },
                    }),
                })),
        };

    private static JsonObject Figure(GrafanaAlert alert, DashboardSources sources)
    {
        var model = sources.Store.Target(alert.Query with { InIntervals = false });
        model["refId"] = "A";
        model["datasource"] = sources.StoreReference;
        model["intervalMs"] = 60_000;
        model["maxDataPoints"] = 1_000;
        return new()
        {
            ["refId"] = "A",
            ["datasourceUid"] = sources.StoreUid,
            ["relativeTimeRange"] = Range((int)alert.Over.ToSeconds()),
            ["model"] = model,
        };
    }

    private static JsonObject Step(string reference, JsonObject model)
    {
        model["refId"] = reference;
        model["datasource"] = new JsonObject { ["type"] = Expression, ["uid"] = Expression };
        return new()
        {
            ["refId"] = reference,
            ["datasourceUid"] = Expression,
            ["relativeTimeRange"] = Range(0),
            ["model"] = model,
        };
    }

    // As Grafana writes it, so that a rule that is read again is the same.
    private static string Text(Duration duration) => duration.ToMinutes() is > 0 and var minutes
        ? string.Create(CultureInfo.InvariantCulture, $"{minutes}m")
        : "0s";

    private static JsonObject Range(int seconds) => new() { ["from"] = seconds, ["to"] = 0 };
}
