using System.Text.Json.Nodes;

namespace KinesisPatterns.EndToEnd.Tests;

/// <summary>A cloud assembly with another template for a stack: links to all else of the one it was made from.</summary>
internal sealed class ChangedAssembly : IDisposable
{
    private readonly DirectoryInfo _folder = System.IO.Directory.CreateTempSubdirectory("kinesis-patterns-test-");

    public ChangedAssembly(string original, string stack, JsonObject template)
    {
        foreach (var entry in new DirectoryInfo(original).EnumerateFileSystemInfos())
        {
            var link = Path.Combine(_folder.FullName, entry.Name);
            if (entry is DirectoryInfo)
            {
                System.IO.Directory.CreateSymbolicLink(link, entry.FullName);
            }
            else
            {
                File.CreateSymbolicLink(link, entry.FullName);
            }
        }

        var file = Path.Combine(_folder.FullName, $"{stack}.template.json");
        File.Delete(file);
        File.WriteAllText(file, template.ToJsonString());
    }

    public string Directory => _folder.FullName;

    public void Dispose() => _folder.Delete(recursive: true);
}
