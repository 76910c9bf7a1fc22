namespace KinesisPatterns.Blueprints.Tests;

/// <summary>A metric that a template watches or shows.</summary>
/// <param name="Where">The resource that names it.</param>
/// <param name="Namespace">Such as <c>AWS/Kinesis</c>.</param>
/// <param name="Metric">Its name.</param>
/// <param name="Dimensions">Its dimensions and their values, by name.</param>
internal sealed record MetricUse(string Where, string Namespace, string Metric, IReadOnlyDictionary<string, string> Dimensions)
{
    /// <summary>All of them: of alarms, of CloudWatch dashboards, and of Grafana's in custom resources.</summary>
    public static IEnumerable<MetricUse> In(JsonNode template) =>
        from resource in template["Resources"]!.AsObject()
        let type = (string)resource.Value!["Type"]!
        let properties = resource.Value!["Properties"]?.AsObject() ?? []
        from use in type == "AWS::CloudWatch::Alarm" ? OfAlarm(resource.Key, properties)
            : type == "AWS::CloudWatch::Dashboard" ? OfDashboard(resource.Key, properties)
            : type.StartsWith("Custom::", StringComparison.Ordinal) ? OfGrafana(resource.Key, properties)
            : []
        select use;

    /// <summary>Those of what Grafana is to show: dashboards and alert rules.</summary>
    public static IEnumerable<MetricUse> InGrafana(JsonNode? content) => OfGrafana("Grafana", content);

    private static IEnumerable<MetricUse> OfAlarm(string id, JsonObject alarm) =>
        alarm["Metrics"] is not JsonArray metrics
            ? [new(id, (string)alarm["Namespace"]!, (string)alarm["MetricName"]!, Named(alarm["Dimensions"]))]
            : from metric in metrics
              let one = metric!["MetricStat"]?["Metric"]
              where one is not null
              select new MetricUse(id, (string)one["Namespace"]!, (string)one["MetricName"]!, Named(one["Dimensions"]));

    // https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
    private static IEnumerable<MetricUse> OfDashboard(string id, JsonObject dashboard)
    {
        var body = JsonNode.Parse(Flat(dashboard["DashboardBody"]!))!;
        foreach (var widget in body["widgets"]!.AsArray())
        {
            string[] before = [];
            foreach (var row in widget!["properties"]?["metrics"]?.AsArray() ?? [])
            {
                var texts = row!.AsArray().Where(part => part is JsonValue).Select(part => (string)part!).ToArray();
                if (texts.Length > 0)
                {
                    before = Spelled(texts, before);
                    yield return new(id, before[0], before[1], before.Skip(2).Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]));
                }
            }
        }
    }

    // A row may say "." for what stands at the same place of the row above, and "..." for all up to its last ones.
    private static string[] Spelled(string[] row, string[] above)
    {
        var dots = Array.IndexOf(row, "...");
        var full = dots < 0 ? row : [.. row[..dots], .. above[dots..^(row.Length - dots - 1)], .. row[(dots + 1)..]];
        return [.. full.Select((text, place) => text == "." ? above[place] : text)];
    }

    /// <summary>All that Grafana's targets name, wherever they are in the JSON.</summary>
    public static IEnumerable<MetricUse> OfGrafana(string id, JsonNode? node)
    {
        switch (node)
        {
            case JsonObject target when target["namespace"] is JsonValue name && target["metricName"] is JsonValue metric:
                var dimensions = (target["dimensions"] as JsonObject ?? []).ToDictionary(
                    dimension => dimension.Key, dimension => Flat(dimension.Value is JsonArray { Count: > 0 } many ? many[0]! : dimension.Value!));
                return [new(id, (string)name!, (string)metric!, dimensions)];
            case JsonObject { Count: 1 } call when call.First().Key.StartsWith("Fn::", StringComparison.Ordinal):
                return OfText(id, Flat(call));
            case JsonObject members:
                return members.SelectMany(member => OfGrafana(id, member.Value));
            case JsonArray items:
                return items.SelectMany(item => OfGrafana(id, item));
            case JsonValue value when value.TryGetValue<string>(out var text):
                return OfText(id, text);
            default:
                return [];
        }
    }

    private static IEnumerable<MetricUse> OfText(string id, string text) =>
        text.StartsWith('{') || text.StartsWith('[') ? OfGrafana(id, JsonNode.Parse(text)) : [];

    private static Dictionary<string, string> Named(JsonNode? dimensions) =>
        (dimensions?.AsArray() ?? []).ToDictionary(dimension => (string)dimension!["Name"]!, dimension => Flat(dimension!["Value"]!));

    /// <summary>The text, with the names of resources for what is only known at deployment.</summary>
    private static string Flat(JsonNode node) => node switch
    {
        JsonValue value => value.ToString(),
        JsonObject call when call["Fn::Join"] is JsonArray join => string.Join((string)join[0]!, join[1]!.AsArray().Select(part => Flat(part!))),
        JsonObject call when call["Ref"] is { } name => (string)name!,
        JsonObject call when call["Fn::GetAtt"] is JsonArray pair => $"{pair[0]}.{pair[1]}",
        JsonObject call when call["Fn::Sub"] is JsonValue text => (string)text!,
        _ => "?",
    };
}
