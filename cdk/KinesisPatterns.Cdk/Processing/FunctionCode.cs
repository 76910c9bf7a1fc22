using System.Text.Json;

namespace KinesisPatterns.Cdk;

/// <summary>The code of a function: a folder that <c>dotnet publish</c> made of an executable.</summary>
public sealed class FunctionCode
{
    private const string StandInsFile = "stand-ins.json";
    private readonly IReadOnlyDictionary<string, string> _files;

    private FunctionCode(string folder, IReadOnlyDictionary<string, string> files)
    {
        Folder = folder;
        _files = files;
        var managed = Directory.GetFiles(folder, "*.runtimeconfig.json").Select(Path.GetFileName).ToArray();
        AssemblyName = managed is [{ } only] ? only[..^".runtimeconfig.json".Length] : null;
    }

    /// <summary>The published folder.</summary>
    public string Folder { get; }

    /// <summary>The assembly that <c>dotnet</c> starts; null when the folder holds a native executable.</summary>
    internal string? AssemblyName { get; }

    /// <summary>Takes a published folder, and puts small files beside the code.</summary>
    /// <param name="folder">What <c>dotnet publish</c> wrote: with a <c>*.runtimeconfig.json</c>, or with a native <c>bootstrap</c>.</param>
    /// <param name="files">Text files by name, for configuration that is too large for environment variables (4 KB in all).</param>
    /// <returns>The code, whose asset changes when the folder or a file does.</returns>
    public static FunctionCode FromPublished(string folder, IReadOnlyDictionary<string, string>? files = null)
    {
        Ensure.That(
            Directory.Exists(folder),
            folder,
            "a published function (dotnet build lambdas/Functions.proj publishes this repository's)",
            "no such folder");

        return new FunctionCode(Path.GetFullPath(folder), files ?? new Dictionary<string, string>());
    }

    /// <summary>The packages for which this code was published with stand-ins; it must not be deployed then.</summary>
    internal IReadOnlyList<string> StandIns()
    {
        var file = Path.Combine(Folder, StandInsFile);
        if (!File.Exists(file))
        {
            return [];
        }

        using var document = JsonDocument.Parse(File.ReadAllText(file));
        return [.. document.RootElement.GetProperty("packages").EnumerateArray().Select(name => name.GetString()!)];
    }

    /// <summary>The asset: the folder itself, or a copy of it with the files.</summary>
    internal Code ToAsset()
    {
        if (_files.Count == 0)
        {
            return Code.FromAsset(Folder);
        }

        var copy = Directory.CreateTempSubdirectory("kinesis-patterns-").FullName;
        foreach (var source in Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(copy, Path.GetRelativePath(Folder, source));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(source, target);
        }

        foreach (var (name, text) in _files)
        {
            File.WriteAllText(Path.Combine(copy, name), text);
        }

        return Code.FromAsset(copy);
    }
}
