using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace KinesisPatterns.Cdk;

/// <summary>Options for a <see cref="GrafanaContent"/>.</summary>
public sealed record GrafanaContentProps
{
    /// <summary>The series store that the panels and alerts ask.</summary>
    public required ITimeSeriesStore Store { get; init; }

    /// <summary>The dashboards.</summary>
    public required IReadOnlyList<GrafanaDashboard> Dashboards { get; init; }

    /// <summary>The rules by which Grafana alerts.</summary>
    public IReadOnlyList<GrafanaAlert> Alerts { get; init; } = [];

    /// <summary>The folder that holds them; null is called like the stack.</summary>
    public string? Folder { get; init; }
}

/// <summary>
/// Dashboards, alert rules and data sources as Grafana takes them. They are in the cloud assembly whether a workspace
/// shows them or not: as metadata <c>kinesis-patterns:grafana</c> of this construct in <c>manifest.json</c>.
/// </summary>
public sealed partial class GrafanaContent : Construct
{
    /// <summary>The type of the metadata: <c>content</c> is JSON as text with placeholders, <c>values</c> what they
    /// stand for.</summary>
    private const string MetadataType = "kinesis-patterns:grafana";

    /// <summary>Writes them, and adds nothing to the template.</summary>
    public GrafanaContent(Construct scope, string id, GrafanaContentProps props) : base(scope, id)
    {
        DashboardRules.Check(this, props);

        // The path tells stacks in one workspace apart, and stays: what is written again replaces what was there.
        Prefix = $"kp-{Node.Addr[^10..]}";
        Source = props.Store.DataSource;
        var (store, cloudWatch, folderUid) = ($"{Prefix}-store", $"{Prefix}-cloudwatch", $"{Prefix}-folder");
        var folder = props.Folder ?? Stack.Of(this).StackName;
        var sources = new DashboardSources(Source, store, cloudWatch);
        var content = new JsonObject
        {
            ["folder"] = new JsonObject { ["uid"] = folderUid, ["title"] = folder },
            ["dataSources"] = new JsonArray(
                Named(Source.Settings, store, $"{folder} series store"),
                Named(CloudWatch(), cloudWatch, $"{folder} CloudWatch")),
            ["dashboards"] = DashboardJson.List(
                props.Dashboards.Select(one => DashboardJson.Of(one, $"{Prefix}-{one.Id}", sources))),
            ["alerts"] = new JsonObject
            {
                ["title"] = folder,
                ["folderUid"] = folderUid,
                ["interval"] = 60,
                ["rules"] = DashboardJson.List(
                    props.Alerts.Select(one => AlertJson.Of(one, $"{Prefix}-{one.Id}", folderUid, folder, sources))),
            },
        };

        Json = Placeholders(content.ToJsonString(CleansingRulesJson.Options));
        Node.AddMetadata(
            MetadataType, new Dictionary<string, object> { ["content"] = Json, ["values"] = Values.ToDictionary() });
    }

    /// <summary>
    /// Folder, data sources, dashboards and alerts as JSON; what only the deployment knows is <c>&lt;value-N&gt;</c>.
    /// </summary>
    public string Json { get; }

    /// <summary>What the placeholders stand for, by their name.</summary>
    public IReadOnlyDictionary<string, string> Values => _values;

    internal ISeriesDataSource Source { get; }

    /// <summary>What the uid of everything that is written into Grafana begins with.</summary>
    internal string Prefix { get; }

    private readonly Dictionary<string, string> _values = [];

    [GeneratedRegex(@"\$\{Token\[[^\]]*\]\}")]
    private static partial Regex Token { get; }

    private string Placeholders(string json)
    {
        var names = new Dictionary<string, string>();
        return Token.Replace(json, match =>
        {
            if (!names.TryGetValue(match.Value, out var name))
            {
                names[match.Value] = name = $"value-{names.Count + 1}";
                _values[name] = match.Value;
            }

            return $"<{name}>";
        });
    }

    private static JsonObject Named(JsonObject settings, string uid, string name)
    {
        settings["uid"] = uid;
        settings["name"] = name;
        return settings;
    }

    // The role of the workspace reads the metrics: https://docs.aws.amazon.com/grafana/latest/userguide/using-amazon-cloudwatch-in-AMG.html
    private static JsonObject CloudWatch() => new()
    {
        ["type"] = DashboardSources.CloudWatchType,
        ["access"] = "proxy",
        ["jsonData"] = new JsonObject { ["authType"] = "ec2_iam_role", ["defaultRegion"] = Aws.REGION },
    };
}
