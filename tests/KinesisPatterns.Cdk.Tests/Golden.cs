using System.Runtime.CompilerServices;

namespace KinesisPatterns.Cdk.Tests;

/// <summary>Compares a text with the file that was reviewed; <c>ACCEPT=1</c> takes the new one for the next review.</summary>
internal static class Golden
{
    public static void ShouldMatch(string name, string text)
    {
        var file = Path.Combine(Folder(), "StatefulFunctions", name);
        if (System.Environment.GetEnvironmentVariable("ACCEPT") == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, text + "\n");
        }

        Assert.Equal(File.Exists(file) ? File.ReadAllText(file).ReplaceLineEndings("\n") : "", text + "\n");
    }

    private static string Folder([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
