using System.Text.Json;
using System.Text.Json.Serialization;

namespace KinesisPatterns.Lambdas.CustomResources;

/// <summary>
/// A request for a custom resource, as the CDK's provider framework passes it on
/// (https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/crpg-ref-requesttypes.html).
/// </summary>
public sealed record CustomResourceRequest
{
    /// <summary>What to do.</summary>
    public required RequestType RequestType { get; init; }

    /// <summary>The request's own id; the same request may be delivered more than once.</summary>
    public required string RequestId { get; init; }

    /// <summary>The type in the template, such as <c>Custom::FlinkOperation</c>.</summary>
    public required string ResourceType { get; init; }

    /// <summary>The id in the template.</summary>
    public required string LogicalResourceId { get; init; }

    /// <summary>What the resource was answered to be; null before the answer to its creation.</summary>
    public string? PhysicalResourceId { get; init; }

    /// <summary>The properties in the template; numbers and booleans come as text.</summary>
    public JsonElement ResourceProperties { get; init; }

    /// <summary>With an update: the properties as they were.</summary>
    public JsonElement OldResourceProperties { get; init; }

    /// <summary>Whether the request was begun, and this asks if it is done.</summary>
    [JsonInclude]
    internal bool Begun { get; init; }

    /// <summary>A text among the properties; fails when it is missing.</summary>
    public string Required(string name) => Optional(name)
        ?? throw new CustomResourceException($"{LogicalResourceId}: expected the property {name}, got nothing.");

    /// <summary>A text among the properties; null when it is missing.</summary>
    public string? Optional(string name) => Text(ResourceProperties, name);

    /// <summary>A text among the properties as they were; null when it was missing, or nothing was before.</summary>
    public string? Old(string name) => Text(OldResourceProperties, name);

    private static string? Text(JsonElement properties, string name) =>
        properties.ValueKind == JsonValueKind.Object && properties.TryGetProperty(name, out var value)
            ? value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText()
            : null;
}
