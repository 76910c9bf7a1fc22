using System.Globalization;
using System.Text.Json.Nodes;

namespace KinesisPatterns.Cdk;

/// <summary>A dashboard in Grafana's classic model, which versions 9 to 13 take.</summary>
/// <remarks>https://grafana.com/docs/grafana/latest/dashboards/build-dashboards/view-dashboard-json-model/</remarks>
internal static class DashboardJson
{
    // Grafana 10.4's own; newer versions bring it up to date when they load it, older ones refuse what is newer.
    private const int SchemaVersion = 39;
    private const int Columns = 24;

    public static JsonObject Of(GrafanaDashboard dashboard, string uid, DashboardSources sources) => new()
    {
        ["uid"] = uid,
        ["title"] = dashboard.Title,
        ["description"] = dashboard.Description,
        ["tags"] = new JsonArray("kinesis-patterns"),
        ["timezone"] = "browser",
        ["editable"] = false,
        ["schemaVersion"] = SchemaVersion,
        ["refresh"] = $"{Whole(dashboard.Refresh.ToSeconds())}s",
        ["time"] = new JsonObject { ["from"] = $"now-{Whole(dashboard.Range.ToSeconds())}s", ["to"] = "now" },
        ["templating"] = new JsonObject { ["list"] = List(dashboard.Variables.Select(one => Variable(one, sources))) },
        ["annotations"] = new JsonObject
        {
            ["list"] = List(dashboard.Annotations.Select(one => Annotation(one, sources))),
        },
        ["panels"] = Panels(dashboard.Panels, sources),
    };

    public static JsonArray List(IEnumerable<JsonNode?> items) => [.. items];

    private static string Whole(double number) => number.ToString("0", CultureInfo.InvariantCulture);

    private static JsonObject Variable(DashboardVariable variable, DashboardSources sources)
    {
        var json = new JsonObject
        {
            ["type"] = "query",
            ["name"] = variable.Name,
            ["label"] = variable.Label.Length > 0 ? variable.Label : variable.Name,
            ["datasource"] = sources.StoreReference,
            ["query"] = sources.Store.Choices(variable),
            ["refresh"] = 2,
            ["sort"] = 1,
            ["multi"] = variable.Several,
            ["includeAll"] = variable.Several,
        };
        if (variable.Several)
        {
            json["current"] = new JsonObject { ["text"] = new JsonArray("All"), ["value"] = new JsonArray("$__all") };
        }

        return json;
    }

    private static JsonObject Annotation(DashboardAnnotation annotation, DashboardSources sources) => new()
    {
        ["name"] = annotation.Name,
        ["enable"] = true,
        ["iconColor"] = annotation.Color,
        ["datasource"] = sources.StoreReference,
        ["target"] = sources.Store.Target(annotation),
    };

    private static JsonArray Panels(IReadOnlyList<Panel> panels, DashboardSources sources)
    {
        var list = new JsonArray();
        var (x, y, row) = (0, 0, 0);
        foreach (var panel in panels)
        {
            if (x + panel.Width > Columns)
            {
                (x, y, row) = (0, y + row, 0);
            }

            var json = PanelJson.Of(panel, sources);
            json["id"] = list.Count + 1;
            json["gridPos"] = new JsonObject { ["x"] = x, ["y"] = y, ["w"] = panel.Width, ["h"] = panel.Height };
            list.Add(json);
            x += panel.Width;
            row = Math.Max(row, panel.Height);
        }

        return list;
    }
}
