using System.Text.Json.Nodes;

namespace KinesisPatterns.Local.Assembly;

/// <summary>A stack with its names given out and every expression in it resolved.</summary>
internal sealed class Deployment
{
    private readonly Dictionary<string, Resource> _resources = new(StringComparer.Ordinal);
    private readonly Evaluator _evaluator;
    private readonly StackArtifact _stack;

    public Deployment(StackArtifact stack, AwsIdentity identity)
    {
        _stack = stack;
        Identity = identity;
        _evaluator = new(stack, identity, Named);
        Resources = [.. Definitions().Select(d => Named(d.Key)!)];
        foreach (var resource in Resources)
        {
            resource.Properties = Resolved(resource.Definition["Properties"], resource.Path) as JsonObject ?? [];
        }
    }

    public AwsIdentity Identity { get; }

    public string StackName => _stack.Name;

    public string StackId => _stack.Id;

    /// <summary>Every resource whose condition holds, in the order of the template.</summary>
    public IReadOnlyList<Resource> Resources { get; }

    public Resource? Find(string logicalId) => _resources.GetValueOrDefault(logicalId);

    public IEnumerable<Resource> OfType(string type) => Resources.Where(r => r.Type == type);

    /// <summary>The resource that is known by this Ref, name or ARN.</summary>
    public Resource? ByReference(string reference) =>
        Resources.FirstOrDefault(r => r.Ref == reference || r.Attributes.GetValueOrDefault("Arn") == reference);

    /// <summary>The file or folder behind an asset that was to be uploaded under <paramref name="objectKey"/>.</summary>
    public string Asset(string objectKey) =>
        _stack.Assets.TryGetValue(objectKey, out var path)
            ? path
            : throw new LocalHostException($"{StackName}: the assembly has no asset '{objectKey}'.");

    /// <summary>The outputs by the name that <c>cdk deploy --outputs-file</c> would use.</summary>
    public IEnumerable<KeyValuePair<string, string>> Outputs() =>
        from output in _stack.Template["Outputs"]?.AsObject() ?? []
        where _evaluator.Holds((string?)output.Value!["Condition"])
        select KeyValuePair.Create(output.Key, Json.Text(Resolved(output.Value["Value"], output.Key)));

    /// <summary>
    /// What constructs wrote into the manifest under this type, with every expression in it resolved.
    /// </summary>
    public IEnumerable<JsonNode> Metadata(string type) => MetadataByPath(type).Select(entry => entry.Data);

    /// <summary>The same with the path of the construct that wrote it.</summary>
    public IEnumerable<(string Path, JsonNode Data)> MetadataByPath(string type) =>
        from construct in _stack.Metadata
        from entry in construct.Value?.AsArray() ?? []
        where (string?)entry!["type"] == type
        select (construct.Key, Resolved(entry["data"], construct.Key)!);

    private IEnumerable<KeyValuePair<string, JsonNode?>> Definitions() =>
        (_stack.Template["Resources"]?.AsObject() ?? []).Where(d => _evaluator.Holds((string?)d.Value!["Condition"]));

    private JsonNode? Resolved(JsonNode? node, string path)
    {
        try
        {
            return _evaluator.Evaluate(node);
        }
        catch (LocalHostException error)
        {
            throw new LocalHostException($"{path}: {error.Message}", error);
        }
    }

    private Resource? Named(string logicalId)
    {
        if (_resources.TryGetValue(logicalId, out var known))
        {
            return known;
        }

        if (_stack.Template["Resources"]?[logicalId] is not JsonObject definition)
        {
            return null;
        }

        var type = (string)definition["Type"]!;
        // The name of a consumer holds that of its stream.
        var properties = type == "AWS::Kinesis::StreamConsumer" ? Resolved(definition["Properties"], logicalId) : definition["Properties"];
        var (reference, attributes) = Naming.Of(type, _stack.Name, logicalId, properties as JsonObject, Identity);
        return _resources[logicalId] = new(logicalId, type, definition) { Ref = reference, Attributes = attributes };
    }
}

/// <summary>Whose account and which region the stack believes it is in.</summary>
internal sealed record AwsIdentity(string Account, string Region)
{
    public const string Partition = "aws";

    public string Arn(string service, string resource) => $"arn:{Partition}:{service}:{Region}:{Account}:{resource}";

    public string GlobalArn(string service, string resource, bool account = true) =>
        $"arn:{Partition}:{service}::{(account ? Account : "")}:{resource}";
}
