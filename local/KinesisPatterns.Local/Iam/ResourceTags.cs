using System.Text.Json.Nodes;
using KinesisPatterns.Local.Assembly;

namespace KinesisPatterns.Local.Iam;

/// <summary>The tags that a template gives its resources, by ARN.</summary>
internal static class ResourceTags
{
    public static Dictionary<string, IReadOnlyDictionary<string, string>> Of(Deployment deployment) =>
        (from resource in deployment.Resources
         let tags = Tags(resource.Properties["Tags"])
         where tags.Count > 0
         group tags by resource.Attributes.GetValueOrDefault("Arn") ?? resource.Ref)
        .ToDictionary(g => g.Key, g => (IReadOnlyDictionary<string, string>)g.First());

    // A list of Key and Value, or a map: types differ.
    private static Dictionary<string, string> Tags(JsonNode? tags) => tags switch
    {
        JsonArray list => list.Where(tag => tag?["Key"] is not null).ToDictionary(tag => (string)tag!["Key"]!, tag => Json.Text(tag!["Value"])),
        JsonObject map => map.ToDictionary(tag => tag.Key, tag => Json.Text(tag.Value)),
        _ => [],
    };
}
