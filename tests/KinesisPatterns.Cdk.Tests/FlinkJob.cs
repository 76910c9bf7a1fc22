using System.IO.Compression;

namespace KinesisPatterns.Cdk.Tests;

/// <summary>Archives that look like the code of a Flink job.</summary>
internal static class FlinkJob
{
    public static FlinkCode Code { get; } = Sql("SELECT 1;");

    /// <summary>A Python program that runs this SQL.</summary>
    public static FlinkCode Sql(string sql) => FlinkCode.FromZip(
        Archive("job.zip", ("main.py", ""), ("job.sql", sql), ("lib/dependencies.jar", "")),
        python: "main.py",
        jar: "lib/dependencies.jar");

    public static string Archive(string name, params (string Name, string Content)[] files)
    {
        var path = Path.Combine(Published.Folder(), name);
        using var archive = ZipFile.Open(path, ZipArchiveMode.Create);
        foreach (var (file, content) in files)
        {
            var entry = archive.CreateEntry(file);
            entry.LastWriteTime = new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
            using var writer = new StreamWriter(entry.Open());
            writer.Write(content);
        }

        return path;
    }
}
