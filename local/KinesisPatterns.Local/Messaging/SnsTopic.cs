using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using KinesisPatterns.Local.Hosting;
using KinesisPatterns.Local.Lambda;

namespace KinesisPatterns.Local.Messaging;

/// <summary>A topic and who listens to it.</summary>
internal sealed class SnsTopic(string arn)
{
    public string Arn { get; } = arn;

    public Dictionary<string, string> Attributes { get; } = new(StringComparer.Ordinal);

    public List<SnsSubscription> Subscriptions { get; } = [];
}

/// <summary>Whom a topic tells, and of what.</summary>
/// <remarks>https://docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html</remarks>
internal sealed class SnsSubscription
{
    private static readonly string[] _known = ["RawMessageDelivery", "FilterPolicy", "FilterPolicyScope", "RedrivePolicy", "DeliveryPolicy"];

    private readonly Dictionary<string, string> _attributes = new(StringComparer.Ordinal);
    private FilterPattern? _filter;

    public required string Arn { get; init; }

    public required string TopicArn { get; init; }

    public required string Protocol { get; init; }

    public required string Endpoint { get; init; }

    public bool IsRaw => _attributes.GetValueOrDefault("RawMessageDelivery") == "true";

    public IReadOnlyDictionary<string, string> Attributes => _attributes;

    public void Set(string name, string value)
    {
        if (!_known.Contains(name, StringComparer.Ordinal))
        {
            throw new AwsJsonError("InvalidParameter", $"Invalid parameter: AttributeName: {name}");
        }

        if (name == "FilterPolicy")
        {
            _filter = Parse(value);
        }

        _attributes[name] = value;
    }

    /// <summary>Whether the filter policy lets a message through.</summary>
    /// <remarks>https://docs.aws.amazon.com/sns/latest/dg/sns-message-filtering.html</remarks>
    public bool Takes(string message, JsonObject? attributes)
    {
        if (_filter is null)
        {
            return true;
        }

        try
        {
            using var document = JsonDocument.Parse(
                _attributes.GetValueOrDefault("FilterPolicyScope") == "MessageBody" ? message : AsJson(attributes).ToJsonString());
            return _filter.Matches(document.RootElement);
        }
        catch (JsonException)
        {
            // A body that is not JSON never passes a filter of bodies.
            return false;
        }
    }

    private static FilterPattern? Parse(string policy)
    {
        try
        {
            using var document = JsonDocument.Parse(policy);
            return document.RootElement is { ValueKind: JsonValueKind.Object } json && json.EnumerateObject().Any() ? FilterPattern.Parse(json) : null;
        }
        catch (Exception error) when (error is JsonException or FormatException)
        {
            throw new AwsJsonError("InvalidParameter", $"Invalid parameter: FilterPolicy: {error.Message}");
        }
    }

    private static JsonObject AsJson(JsonObject? attributes) => new((attributes ?? []).Select(attribute =>
    {
        var text = (string?)attribute.Value!["StringValue"];
        var value = ((string?)attribute.Value["DataType"])?.Split('.') switch
        {
            ["String", "Array"] => JsonNode.Parse(text ?? "null"),
            ["Number", ..] => JsonValue.Create(decimal.Parse(text ?? "", CultureInfo.InvariantCulture)),
            _ => JsonValue.Create(text),
        };
        return KeyValuePair.Create(attribute.Key, value);
    }));
}
