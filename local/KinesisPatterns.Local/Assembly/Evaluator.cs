using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace KinesisPatterns.Local.Assembly;

/// <summary>CloudFormation's intrinsic functions; an unknown function or a reference to nothing is an error.</summary>
/// <remarks>https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference.html</remarks>
internal sealed partial class Evaluator(StackArtifact stack, AwsIdentity identity, Func<string, Resource?> named)
{
    // Stands for AWS::NoValue while a value is being resolved; what holds it is left out.
    private static readonly JsonObject NoValue = new() { ["AWS::NoValue"] = true };

    public JsonNode? Evaluate(JsonNode? node)
    {
        var value = Resolve(node);
        return ReferenceEquals(value, NoValue) ? null : value;
    }

    /// <summary>Whether the condition of that name holds; no name means no condition.</summary>
    public bool Holds(string? condition) =>
        condition is null
        || (stack.Template["Conditions"]?[condition] is { } node
            ? Truth(node)
            : throw new LocalHostException($"there is no condition '{condition}'"));

    private JsonNode? Resolve(JsonNode? node) => node switch
    {
        JsonObject { Count: 1 } o when o.First() is var (name, argument) && (name == "Ref" || name.StartsWith("Fn::", StringComparison.Ordinal)) =>
            Call(name, argument),
        JsonObject o => new JsonObject(
            from p in o
            let value = Resolve(p.Value)
            where !ReferenceEquals(value, NoValue)
            select KeyValuePair.Create(p.Key, value)),
        JsonArray a => new JsonArray([.. a.Select(Resolve).Where(v => !ReferenceEquals(v, NoValue))]),
        _ => node?.DeepClone(),
    };

    private JsonNode? Call(string function, JsonNode? argument) => function switch
    {
        "Ref" => Ref((string)argument!),
        "Fn::GetAtt" => argument is JsonArray pair ? Attribute((string)pair[0]!, Json.Text(Resolve(pair[1]))) : Attribute((string)argument!),
        "Fn::Join" => string.Join((string)argument![0]!, List(argument[1]).Select(Json.Text)),
        "Fn::Sub" => argument is JsonArray both
            ? Substitute((string)both[0]!, both[1]!.AsObject())
            : Substitute((string)argument!, null),
        "Fn::Select" => List(argument![1])[Json.Integer(Resolve(argument[0]))!.Value]?.DeepClone(),
        "Fn::Split" => new JsonArray([.. Json.Text(Resolve(argument![1])).Split((string)argument[0]!).Select(s => (JsonNode)s)]),
        "Fn::GetAZs" => new JsonArray([.. "abc".Select(zone => (JsonNode)$"{identity.Region}{zone}")]),
        "Fn::Base64" => Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(Json.Text(Resolve(argument)))),
        "Fn::FindInMap" => Resolve(FindInMap(argument!.AsArray())),
        "Fn::If" => Resolve(Holds((string)argument![0]!) ? argument[1] : argument[2]),
        _ => throw new LocalHostException($"the function {function} is not supported here"),
    };

    private JsonNode? Ref(string name) => name switch
    {
        "AWS::NoValue" => NoValue,
        "AWS::NotificationARNs" => new JsonArray(),
        _ => Pseudo(name) ?? Parameter(name) ?? named(name)?.Ref ?? throw new LocalHostException($"Ref names '{name}', which is not there"),
    };

    private string? Pseudo(string name) => name switch
    {
        "AWS::AccountId" => identity.Account,
        "AWS::Region" => identity.Region,
        "AWS::Partition" => AwsIdentity.Partition,
        "AWS::URLSuffix" => "amazonaws.com",
        "AWS::StackName" => stack.Name,
        "AWS::StackId" => identity.Arn("cloudformation", $"stack/{stack.Name}/local"),
        _ => null,
    };

    private JsonNode? Parameter(string name) =>
        stack.Template["Parameters"]?[name] is not { } parameter
            ? null
            : parameter["Default"]?.DeepClone()
              ?? throw new LocalHostException($"the parameter '{name}' has no default");

    private string Attribute(string logicalId, string attribute) =>
        (named(logicalId) ?? throw new LocalHostException($"Fn::GetAtt names '{logicalId}', which is not there")) is var resource
        && resource.Attributes.TryGetValue(attribute, out var value)
            ? value
            : Naming.Unknown(resource, attribute, identity);

    private string Attribute(string dotted)
    {
        var dot = dotted.IndexOf('.', StringComparison.Ordinal);
        return Attribute(dotted[..dot], dotted[(dot + 1)..]);
    }

    private string Substitute(string text, JsonObject? variables) =>
        Placeholder().Replace(text, match =>
        {
            var name = match.Groups[1].Value;
            return name.StartsWith('!') ? $"${{{name[1..]}}}"
                : variables?[name] is { } given ? Json.Text(Resolve(given))
                : name.Contains('.', StringComparison.Ordinal) ? Attribute(name)
                : Json.Text(Ref(name));
        });

    private JsonNode? FindInMap(JsonArray keys) =>
        stack.Template["Mappings"]?[Json.Text(Resolve(keys[0]))]?[Json.Text(Resolve(keys[1]))]?[Json.Text(Resolve(keys[2]))]
        ?? throw new LocalHostException($"Fn::FindInMap finds nothing at {keys.ToJsonString()}");

    private JsonArray List(JsonNode? node) =>
        Resolve(node) as JsonArray ?? throw new LocalHostException($"expected a list, got {node?.ToJsonString()}");

    private bool Truth(JsonNode node)
    {
        var (function, argument) = node.AsObject().First();
        return function switch
        {
            "Condition" => Holds((string)argument!),
            "Fn::Equals" => Json.Text(Resolve(argument![0])) == Json.Text(Resolve(argument[1])),
            "Fn::And" => argument!.AsArray().All(a => Truth(a!)),
            "Fn::Or" => argument!.AsArray().Any(a => Truth(a!)),
            "Fn::Not" => !Truth(argument![0]!),
            _ => throw new LocalHostException($"the condition function {function} is not supported here"),
        };
    }

    [GeneratedRegex(@"\$\{([^}]+)\}")]
    private static partial Regex Placeholder();
}
