using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace KinesisPatterns.Lambdas.GrafanaProvisioning;

/// <summary>What Grafana is to show: the file beside the code, with what only the deployment knows filled in.</summary>
internal sealed partial class Wanted
{
    private readonly JsonNode _content;

    private Wanted(JsonNode content) => _content = content;

    public JsonNode Folder => _content["folder"]!;

    public IEnumerable<JsonNode> DataSources => _content["dataSources"]!.AsArray().Select(one => one!);

    public IEnumerable<JsonNode> Dashboards => _content["dashboards"]!.AsArray().Select(one => one!);

    public JsonNode Alerts => _content["alerts"]!;

    public static Wanted From(string file, IReadOnlyDictionary<string, string> values) => new(JsonNode.Parse(
        Placeholder.Replace(file, match => values.TryGetValue(match.Groups[1].Value, out var value)
            ? JsonValue.Create(value).ToJsonString()[1..^1]
            : throw new FormatException($"Expected a value for {match.Value}, got none.")))!);

    /// <summary>
    /// Whether <paramref name="there"/> has everything that <paramref name="wanted"/> has; what Grafana adds is its own.
    /// </summary>
    public static bool Covers(JsonNode? there, JsonNode? wanted) => (there, wanted) switch
    {
        (JsonObject has, JsonObject wants) => wants.All(one => has.ContainsKey(one.Key)
            ? Covers(has[one.Key], one.Value)
            : one.Value is null),
        (JsonArray has, JsonArray wants) => has.Count == wants.Count
            && has.Zip(wants).All(pair => Covers(pair.First, pair.Second)),
        _ => JsonNode.DeepEquals(there, wanted),
    };

    [GeneratedRegex("<(value-[0-9]+)>")]
    private static partial Regex Placeholder { get; }
}
