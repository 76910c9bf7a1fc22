using System.Text.Json;
using System.Text.Json.Nodes;
using KinesisPatterns.Local.Assembly;
using KinesisPatterns.Local.Lambda;

namespace KinesisPatterns.Local.EventBridge;

/// <summary>A rule of an event bus: which events it takes, and whom it tells of them.</summary>
internal sealed record EventRule(string Name, string Arn, string Bus, FilterPattern Pattern, IReadOnlyList<EventTarget> Targets)
{
    /// <summary>Reads an <c>AWS::Events::Rule</c>; null when it has no pattern or is switched off.</summary>
    /// <remarks>https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-events-rule.html</remarks>
    public static EventRule? Of(Resource resource)
    {
        var p = resource.Properties;
        if (p["EventPattern"] is not { } pattern || (string?)p["State"] == "DISABLED")
        {
            return null;
        }

        using var json = JsonDocument.Parse(pattern.ToJsonString());
        return new(
            resource.Ref,
            resource.Attributes["Arn"],
            (string?)p["EventBusName"] ?? "default",
            FilterPattern.Parse(json.RootElement),
            [.. (p["Targets"]?.AsArray() ?? []).Select(target => EventTarget.Of(target!.AsObject()))]);
    }
}

/// <summary>Whom a rule tells, and in which words.</summary>
internal sealed record EventTarget(string Arn, string? Constant, string? Template, IReadOnlyDictionary<string, string> Paths)
{
    public static EventTarget Of(JsonObject target) => new(
        (string)target["Arn"]!,
        (string?)target["Input"],
        (string?)target["InputTransformer"]?["InputTemplate"],
        (target["InputTransformer"]?["InputPathsMap"]?.AsObject() ?? []).ToDictionary(path => path.Key, path => (string)path.Value!));

    /// <summary>What the target is sent of the event.</summary>
    /// <remarks>https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html</remarks>
    public string Text(JsonElement theEvent)
    {
        if (Constant is not null || Template is null)
        {
            return Constant ?? theEvent.GetRawText();
        }

        var text = Template;
        foreach (var (name, path) in Paths)
        {
            text = text.Replace($"<{name}>", Value(theEvent, path), StringComparison.Ordinal);
        }

        // A template between quotes is a text.
        return text is ['"', .., '"'] ? text[1..^1] : text;
    }

    // Only the paths of members: $.detail.device.
    private static string Value(JsonElement json, string path)
    {
        foreach (var name in path.Split('.').Skip(1))
        {
            if (json.ValueKind != JsonValueKind.Object || !json.TryGetProperty(name, out json))
            {
                return "";
            }
        }

        return json.ValueKind == JsonValueKind.String ? json.GetString()! : json.GetRawText();
    }
}
