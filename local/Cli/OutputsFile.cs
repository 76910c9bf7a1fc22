using System.Text.Json;

namespace KinesisPatterns.Cli;

/// <summary>The stack's outputs in the format of <c>cdk deploy --outputs-file</c>: one object per stack.</summary>
internal static class OutputsFile
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    public static void Write(string path, string stackName, IReadOnlyDictionary<string, string> outputs)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        var all = new Dictionary<string, IReadOnlyDictionary<string, string>> { [stackName] = outputs };
        File.WriteAllText(path, JsonSerializer.Serialize(all, Indented) + "\n");
    }
}
