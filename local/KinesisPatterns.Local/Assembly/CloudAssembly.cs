using System.Text.Json.Nodes;

namespace KinesisPatterns.Local.Assembly;

/// <summary>A folder that `cdk synth` wrote: stacks, their templates and their assets.</summary>
internal sealed class CloudAssembly
{
    private CloudAssembly(string directory, IReadOnlyList<StackArtifact> stacks)
    {
        Directory = directory;
        Stacks = stacks;
    }

    public string Directory { get; }

    public IReadOnlyList<StackArtifact> Stacks { get; }

    public static CloudAssembly Load(string directory)
    {
        var manifest = Json.ReadObject(Path.Combine(directory, "manifest.json"));
        var stacks = new List<StackArtifact>();
        foreach (var (id, artifact) in manifest["artifacts"]?.AsObject() ?? [])
        {
            if ((string?)artifact!["type"] != "aws:cloudformation:stack")
            {
                continue;
            }

            var properties = artifact["properties"]!.AsObject();
            var template = Json.ReadObject(Path.Combine(directory, (string)properties["templateFile"]!));
            stacks.Add(new(
                (string?)artifact["displayName"] ?? id,
                (string?)properties["stackName"] ?? id,
                template,
                Assets(directory, manifest, artifact),
                artifact["metadata"] as JsonObject ?? []));
        }

        return new(directory, stacks);
    }

    /// <summary>The stack of that id or name, or an error that names those there are.</summary>
    public StackArtifact Stack(string name) =>
        Stacks.FirstOrDefault(s => s.Id == name || s.Name == name)
        ?? throw new LocalHostException(
            $"The app has no stack '{name}'; it has: {string.Join(", ", Stacks.Select(s => s.Id))}.");

    private static Dictionary<string, string> Assets(string directory, JsonObject manifest, JsonNode stack)
    {
        var assets = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var dependency in stack["dependencies"]?.AsArray() ?? [])
        {
            var artifact = manifest["artifacts"]![(string)dependency!];
            if ((string?)artifact?["type"] != "cdk:asset-manifest")
            {
                continue;
            }

            var file = Json.ReadObject(Path.Combine(directory, (string)artifact["properties"]!["file"]!));
            foreach (var (_, asset) in file["files"]?.AsObject() ?? [])
            {
                var path = Path.GetFullPath(Path.Combine(directory, (string)asset!["source"]!["path"]!));
                foreach (var (_, destination) in asset["destinations"]?.AsObject() ?? [])
                {
                    assets[(string)destination!["objectKey"]!] = path;
                }
            }
        }

        return assets;
    }
}

/// <summary>One stack of an assembly; <paramref name="Assets"/> maps an asset's object key to the file or folder it is made from.</summary>
internal sealed record StackArtifact(
    string Id, string Name, JsonObject Template, IReadOnlyDictionary<string, string> Assets, JsonObject Metadata);
