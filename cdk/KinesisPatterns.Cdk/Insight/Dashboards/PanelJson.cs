using System.Text.Json.Nodes;

namespace KinesisPatterns.Cdk;

/// <summary>One panel in Grafana's classic model.</summary>
internal static class PanelJson
{
    public static JsonObject Of(Panel panel, DashboardSources sources)
    {
        var json = new JsonObject
        {
            ["type"] = Type(panel.Kind),
            ["title"] = panel.Title,
            ["description"] = panel.Description,
            ["datasource"] = panel.Queries[0].Source(sources),
            ["targets"] = DashboardJson.List(panel.Queries.Select((query, index) => Target(query, index, sources))),
            ["options"] = PanelOptions.Of(panel),
            ["fieldConfig"] = new JsonObject
            {
                ["defaults"] = new JsonObject
                {
                    ["unit"] = panel.Unit,
                    ["color"] = new JsonObject { ["mode"] = Coloring(panel) },
                    ["thresholds"] = Thresholds(panel.Thresholds),
                    ["custom"] = PanelOptions.Field(panel),
                },
                ["overrides"] = new JsonArray(),
            },
        };
        if (panel.RepeatFor is { } variable)
        {
            json["repeat"] = variable.Name;
            json["repeatDirection"] = "h";
            json["maxPerRow"] = Math.Max(1, 24 / panel.Width);
        }

        return json;
    }

    private static JsonObject Target(IPanelQuery query, int index, DashboardSources sources)
    {
        var target = query.Target(sources);
        target["refId"] = ((char)('A' + index)).ToString();
        target["datasource"] = query.Source(sources);
        return target;
    }

    private static string Type(PanelKind kind) => kind switch
    {
        PanelKind.TimeSeries => "timeseries",
        PanelKind.Stat => "stat",
        PanelKind.Table => "table",
        PanelKind.BarGauge => "bargauge",
        PanelKind.HeatMap => "heatmap",
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, null),
    };

    // Lines are told apart by colour; a figure or a bar says by its colour whether all is well.
    private static string Coloring(Panel panel) =>
        panel.Kind is PanelKind.TimeSeries or PanelKind.HeatMap ? "palette-classic" : "thresholds";

    // The first step has no value: it is what holds below all others.
    private static JsonObject Thresholds(IReadOnlyList<PanelThreshold> thresholds) => new()
    {
        ["mode"] = "absolute",
        ["steps"] = DashboardJson.List(
        [
            new JsonObject { ["color"] = "green", ["value"] = null },
            .. thresholds.Select(step => new JsonObject { ["color"] = step.Color, ["value"] = step.From }),
        ]),
    };
}
