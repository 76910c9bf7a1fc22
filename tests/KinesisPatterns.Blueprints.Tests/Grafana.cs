using System.Text.RegularExpressions;

namespace KinesisPatterns.Blueprints.Tests;

/// <summary>Plays the parts of Grafana that stand between a dashboard and its data source.</summary>
internal static class Grafana
{
    /// <summary>Folder, data sources, dashboards and alerts, as GrafanaContent wrote them into the manifest.</summary>
    public static JsonNode ContentIn(string templateFile, string stack) => Assert.Single(ContentsIn(templateFile, stack))!;

    /// <summary>What all GrafanaContents of the stack wrote there.</summary>
    public static JsonArray ContentsIn(string templateFile, string stack)
    {
        var manifest = Path.Combine(Path.GetDirectoryName(templateFile)!, "manifest.json");
        var artifact = JsonNode.Parse(File.ReadAllText(manifest))!["artifacts"]![stack]!;
        return
        [
            .. artifact["metadata"]!.AsObject().SelectMany(node => node.Value!.AsArray())
                .Where(entry => (string?)entry!["type"] == "kinesis-patterns:grafana")
                .Select(entry => JsonNode.Parse((string)entry!["data"]!["content"]!)),
        ];
    }

    public static IEnumerable<JsonNode> Targets(JsonNode content) =>
        from dashboard in content["dashboards"]!.AsArray()
        from panel in dashboard!["panels"]!.AsArray()
        from target in panel!["targets"]!.AsArray()
        select target;

    /// <summary>The statement that Grafana sends: macros and chosen values filled in.</summary>
    /// <param name="query">An InfluxQL query with macros.</param>
    /// <param name="from">From when on, in epoch milliseconds.</param>
    /// <param name="to">Until when.</param>
    /// <param name="chosen">The values chosen for each variable.</param>
    public static string Statement(string query, long from, long to, params (string Name, string[] Values)[] chosen)
    {
        foreach (var (name, values) in chosen)
        {
            var several = string.Join('|', values.Select(Regex.Escape));
            query = query
                .Replace($"/^${name}$/", $"/^{(values.Length > 1 ? $"({several})" : several)}$/", StringComparison.Ordinal)
                .Replace($"${name}", values[0], StringComparison.Ordinal);
        }

        return query
            .Replace("$timeFilter", $"time >= {from}ms and time <= {to}ms", StringComparison.Ordinal)
            .Replace("$__interval", "1m", StringComparison.Ordinal);
    }
}
