using System.Text.Json.Nodes;
using KinesisPatterns.Local.Assembly;
using KinesisPatterns.StateFun;

namespace KinesisPatterns.Local.StatefulFunctions;

/// <summary>Where functions of a namespace are called.</summary>
/// <param name="Functions"><c>NAMESPACE/*</c>, or one type's name.</param>
/// <param name="UrlPathTemplate">The URL; <c>{function.name}</c> stands for the name within the namespace.</param>
/// <param name="MaximumBatch">The most messages of one address in one request.</param>
/// <param name="Types">The names of the function types within the namespace.</param>
internal sealed record ModuleEndpoint(string Functions, string UrlPathTemplate, int MaximumBatch, IReadOnlyList<string> Types)
{
    public string Namespace => Functions.Split('/')[0];

    public bool Serves(TypeName type) => Functions == $"{type.Namespace}/*" || Functions == type.ToString();

    public Uri UrlOf(TypeName type) => new(UrlPathTemplate.Replace("{function.name}", type.Name, StringComparison.Ordinal));
}

/// <summary>A stream whose records are messages to functions.</summary>
internal sealed record ModuleIngress(string Id, string Stream, string ValueType, IReadOnlyList<TypeName> Targets);

/// <summary>A stream that functions send records to.</summary>
internal sealed record ModuleEgress(string Id, string Stream);

/// <summary>What a stack says of a cluster of Stateful Functions: what <c>module.yaml</c> says on AWS.</summary>
/// <param name="Path">The cluster's construct path.</param>
/// <param name="Endpoints">Where the functions are.</param>
/// <param name="Ingresses">What they are sent.</param>
/// <param name="Egresses">What they send.</param>
internal sealed record ModuleDescription(
    string Path, IReadOnlyList<ModuleEndpoint> Endpoints, IReadOnlyList<ModuleIngress> Ingresses, IReadOnlyList<ModuleEgress> Egresses)
{
    /// <summary>The type of the entry in the cloud assembly's manifest.</summary>
    private const string MetadataType = "kinesis-patterns:stateful-functions";

    /// <summary>The cluster's name within its stack, in words that make a folder's name.</summary>
    public string Name => Path.Split('/', 2)[^1].Replace('/', '-');

    /// <summary>The modules of a stack.</summary>
    /// <exception cref="LocalHostException">An entry lacks something.</exception>
    public static IEnumerable<ModuleDescription> Of(Deployment deployment) =>
        deployment.MetadataByPath(MetadataType).Select(entry => Of(entry.Path.TrimStart('/'), entry.Data));

    /// <summary>Whether a resource is part of the cluster.</summary>
    public bool Includes(Resource resource) => resource.Path.StartsWith(Path + "/", StringComparison.Ordinal);

    private static ModuleDescription Of(string path, JsonNode data)
    {
        try
        {
            var module = new ModuleDescription(
                path,
                [.. data["endpoints"]!.AsArray().Select(e => new ModuleEndpoint(
                    Text(e, "functions"), Text(e, "urlPathTemplate"), Json.Integer(e!["maxNumBatchRequests"]) ?? 1000, [.. e["types"]!.AsArray().Select(t => (string)t!)]))],
                [.. data["ingresses"]!.AsArray().Select(i => new ModuleIngress(
                    Text(i, "id"), Text(i, "stream"), Text(i, "valueType"), [.. i!["targets"]!.AsArray().Select(t => TypeName.Parse((string)t!))]))],
                [.. data["egresses"]!.AsArray().Select(e => new ModuleEgress(Text(e, "id"), Text(e, "stream")))]);
            return module.Endpoints.Count > 0 ? module : throw new FormatException("expected one endpoint at least, got none");
        }
        catch (Exception error) when (error is NullReferenceException or InvalidOperationException or ArgumentException or FormatException)
        {
            throw new LocalHostException($"{path}: the metadata {MetadataType} is not as this host expects it: {error.Message}", error);
        }
    }

    private static string Text(JsonNode? node, string name) =>
        (string?)node![name] ?? throw new FormatException($"expected '{name}', got nothing");
}
