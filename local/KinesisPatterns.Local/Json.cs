using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace KinesisPatterns.Local;

/// <summary>Small things about JSON that several parts need.</summary>
internal static class Json
{
    private static readonly JsonSerializerOptions _plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static JsonObject ReadObject(string path) =>
        File.Exists(path)
            ? JsonNode.Parse(File.ReadAllText(path)) as JsonObject
              ?? throw new LocalHostException($"{path}: expected a JSON object.")
            : throw new LocalHostException($"{path} does not exist: is this a folder that `cdk synth` wrote?");

    /// <summary>A scalar as CloudFormation would print it into a string.</summary>
    public static string Text(JsonNode? node) => node switch
    {
        JsonValue value when value.GetValueKind() == JsonValueKind.String => value.GetValue<string>(),
        JsonValue value => value.ToJsonString(),
        _ => throw new LocalHostException($"expected a string, got {node?.ToJsonString() ?? "nothing"}"),
    };

    /// <summary>JSON in which signs stand for themselves.</summary>
    public static string Plain(JsonNode node) => node.ToJsonString(_plain);

    public static string Text(long number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>A number that CloudFormation may give as a number or as a string.</summary>
    public static int? Integer(JsonNode? node) =>
        node is null ? null : int.Parse(Text(node), System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>A boolean that CloudFormation may give as a boolean or as a string.</summary>
    public static bool? Boolean(JsonNode? node) => node is null ? null : bool.Parse(Text(node));
}
