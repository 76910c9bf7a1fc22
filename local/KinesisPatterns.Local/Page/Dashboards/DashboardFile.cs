using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using KinesisPatterns.Local.Assembly;

namespace KinesisPatterns.Local.Page.Dashboards;

/// <summary>The dashboards of a stack, as its GrafanaContent wrote them into the manifest, with their values.</summary>
internal static partial class DashboardFile
{
    private const string Type = "kinesis-patterns:grafana";

    public static JsonArray Of(Deployment deployment) =>
    [
        .. deployment.Metadata(Type).SelectMany(data =>
        {
            var values = data["values"]!.AsObject();
            var text = Placeholder.Replace(
                (string)data["content"]!, match => JsonValue.Create(Json.Text(values[match.Groups[1].Value])).ToJsonString()[1..^1]);
            return JsonNode.Parse(text)!["dashboards"]!.AsArray().Select(dashboard => dashboard!.DeepClone());
        }),
    ];

    [GeneratedRegex("<(value-[0-9]+)>")]
    private static partial Regex Placeholder { get; }
}
