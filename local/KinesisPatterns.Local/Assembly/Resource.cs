using System.Text.Json.Nodes;

namespace KinesisPatterns.Local.Assembly;

/// <summary>A resource of a template: its identity as soon as it is named, its properties once they are resolved.</summary>
internal sealed class Resource(string logicalId, string type, JsonObject definition)
{
    public string LogicalId { get; } = logicalId;

    public string Type { get; } = type;

    /// <summary>The construct path that the CDK wrote, e.g. <c>TimeSeries/Readings/Resource</c>.</summary>
    public string Path { get; } = (string?)definition["Metadata"]?["aws:cdk:path"] ?? logicalId;

    /// <summary>What <c>Ref</c> gives.</summary>
    public required string Ref { get; init; }

    /// <summary>What <c>Fn::GetAtt</c> gives.</summary>
    public required IReadOnlyDictionary<string, string> Attributes { get; init; }

    /// <summary>The properties with every intrinsic function replaced by its value.</summary>
    public JsonObject Properties { get; set; } = [];

    public JsonObject Definition { get; } = definition;
}
