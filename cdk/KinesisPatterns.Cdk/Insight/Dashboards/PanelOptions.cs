using System.Text.Json.Nodes;

namespace KinesisPatterns.Cdk;

/// <summary>How each kind of panel is set up, with every option that Grafana would otherwise fill in.</summary>
internal static class PanelOptions
{
    public static JsonObject Of(Panel panel) => panel.Kind switch
    {
        PanelKind.TimeSeries => new()
        {
            ["legend"] = Legend(),
            ["tooltip"] = new JsonObject { ["mode"] = "multi", ["sort"] = "desc" },
        },
        PanelKind.Stat => new()
        {
            ["reduceOptions"] = Reduced(panel),
            ["orientation"] = "auto",
            ["textMode"] = "auto",
            ["colorMode"] = "value",
            ["graphMode"] = "area",
            ["justifyMode"] = "auto",
            ["wideLayout"] = true,
            ["showPercentChange"] = false,
            ["percentChangeColorMode"] = "standard",
        },
        PanelKind.Table => new()
        {
            ["showHeader"] = true,
            ["cellHeight"] = "sm",
            ["frameIndex"] = 0,
            ["sortBy"] = new JsonArray(),
        },
        PanelKind.BarGauge => new()
        {
            ["reduceOptions"] = Reduced(panel),
            ["orientation"] = "horizontal",
            ["displayMode"] = "gradient",
            ["valueMode"] = "color",
            ["namePlacement"] = "auto",
            ["showUnfilled"] = true,
            ["sizing"] = "auto",
            ["minVizWidth"] = 8,
            ["minVizHeight"] = 16,
            ["maxVizHeight"] = 300,
            ["legend"] = Legend(),
        },
        PanelKind.HeatMap => new()
        {
            ["calculate"] = true,
            ["calculation"] = new JsonObject(),
            ["color"] = new JsonObject
            {
                ["mode"] = "scheme",
                ["scheme"] = "Oranges",
                ["fill"] = "dark-orange",
                ["exponent"] = 0.5,
                ["steps"] = 64,
                ["reverse"] = false,
            },
            ["cellGap"] = 1,
            ["cellValues"] = new JsonObject(),
            ["yAxis"] = new JsonObject { ["axisPlacement"] = "left" },
            ["rowsFrame"] = new JsonObject { ["layout"] = "auto" },
            ["tooltip"] = new JsonObject { ["mode"] = "single", ["yHistogram"] = false },
            ["legend"] = new JsonObject { ["show"] = true },
            ["exemplars"] = new JsonObject { ["color"] = "rgba(255,0,255,0.7)" },
            ["filterValues"] = new JsonObject { ["le"] = 1e-9 },
            ["showValue"] = "never",
        },
        _ => throw new ArgumentOutOfRangeException(nameof(panel), panel.Kind, null),
    };

    /// <summary>How each field of the panel is drawn.</summary>
    public static JsonObject Field(Panel panel) => panel.Kind switch
    {
        PanelKind.TimeSeries => new()
        {
            ["drawStyle"] = "line",
            ["lineWidth"] = 1,
            ["fillOpacity"] = panel.Stacked ? 40 : 8,
            ["showPoints"] = "auto",
            ["spanNulls"] = false,
            ["stacking"] = new JsonObject { ["mode"] = panel.Stacked ? "normal" : "none", ["group"] = "A" },
            ["thresholdsStyle"] = new JsonObject { ["mode"] = panel.Thresholds.Count > 0 ? "line" : "off" },
        },
        PanelKind.Table => new()
        {
            ["align"] = "auto",
            ["cellOptions"] = new JsonObject { ["type"] = "auto" },
            ["inspect"] = false,
        },
        _ => [],
    };

    private static JsonObject Legend() => new()
    {
        ["displayMode"] = "list",
        ["placement"] = "bottom",
        ["showLegend"] = true,
        ["calcs"] = new JsonArray(),
    };

    private static JsonObject Reduced(Panel panel) => new()
    {
        ["values"] = false,
        ["calcs"] = new JsonArray(panel.Total ? "sum" : "lastNotNull"),
        ["fields"] = "",
    };
}
