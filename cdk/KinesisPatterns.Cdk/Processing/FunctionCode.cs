using System.Text.Json;

namespace KinesisPatterns.Cdk;

/// <summary>The code of a function: a folder that <c>dotnet publish</c> made of an executable.</summary>
public sealed class FunctionCode
{
    private const string RuntimeConfig = ".runtimeconfig.json";

    private FunctionCode(string folder, IReadOnlyDictionary<string, string> files)
    {
        Folder = folder;
        Files = files;
        AssemblyName = Directory.GetFiles(folder, $"*{RuntimeConfig}") is [var only]
            ? Path.GetFileName(only)[..^RuntimeConfig.Length]
            : null;
    }

    /// <summary>The published folder.</summary>
    public string Folder { get; }

    /// <summary>The text files that are put beside the code, by name.</summary>
    internal IReadOnlyDictionary<string, string> Files { get; }

    /// <summary>
    /// The assembly that <c>dotnet</c> starts; null when the folder holds no single managed executable.
    /// </summary>
    internal string? AssemblyName { get; }

    /// <summary>The same code with one more text file beside it.</summary>
    internal FunctionCode With(string name, string text) =>
        new(Folder, new Dictionary<string, string>(Files) { [name] = text });

    /// <summary>Takes a published folder, and puts small files beside the code.</summary>
    /// <param name="folder">What <c>dotnet publish</c> wrote: a managed executable, or one compiled ahead of time
    /// (Native AOT).</param>
    /// <param name="files">Text files by name, for configuration that is too large for environment variables (4 KB in
    /// all).</param>
    /// <returns>The code, whose asset changes when the folder or a file does.</returns>
    public static FunctionCode FromPublished(string folder, IReadOnlyDictionary<string, string>? files = null)
    {
        Ensure.That(Directory.Exists(folder), folder, "a folder that dotnet publish wrote", "none");
        foreach (var name in files?.Keys ?? [])
        {
            var plain = name.Length > 0 && Path.GetFileName(name) == name;
            Ensure.That(plain, folder, "files with a plain name", $"'{name}'");
        }

        return new FunctionCode(Path.GetFullPath(folder), files ?? new Dictionary<string, string>());
    }

    /// <summary>The packages this code was published with stand-ins for; it must not be deployed then.</summary>
    internal string[] StandIns()
    {
        var file = Path.Combine(Folder, "stand-ins.json");
        if (!File.Exists(file))
        {
            return [];
        }

        using var document = JsonDocument.Parse(File.ReadAllText(file));
        return [.. document.RootElement.GetProperty("packages").EnumerateArray().Select(name => name.GetString()!)];
    }
}
