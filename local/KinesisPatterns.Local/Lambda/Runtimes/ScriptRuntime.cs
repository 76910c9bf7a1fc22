namespace KinesisPatterns.Local.Lambda.Runtimes;

/// <summary>
/// Runs functions that are scripts: the interpreter of this machine and a program that speaks the Runtime API in its language.
/// </summary>
/// <remarks>
/// What Lambda's images bring along (the AWS SDK, for one) is not there: a function has to bring it in its own code.
/// </remarks>
internal static class ScriptRuntime
{
    private static readonly Lazy<string> Folder = new(Write);

    /// <summary>The command for a runtime; null when it is none of scripts.</summary>
    public static List<string>? Command(string runtime) =>
        runtime.StartsWith("nodejs", StringComparison.Ordinal) ? ["node", Path.Combine(Folder.Value, "bootstrap.mjs")]
        : runtime.StartsWith("python", StringComparison.Ordinal) ? ["python3", "-u", Path.Combine(Folder.Value, "bootstrap.py")]
        : null;

    private static string Write()
    {
        var folder = Directory.CreateTempSubdirectory("kinesis-patterns-runtimes-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        foreach (var name in (string[])["bootstrap.mjs", "bootstrap.py"])
        {
            using var program = typeof(ScriptRuntime).Assembly.GetManifestResourceStream($"runtimes/{name}")!;
            using var file = File.Create(Path.Combine(folder, name));
            program.CopyTo(file);
        }

        return folder;
    }
}
