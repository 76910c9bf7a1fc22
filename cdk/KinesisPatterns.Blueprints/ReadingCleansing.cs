using System.IO.Compression;

namespace KinesisPatterns.Blueprints;

/// <summary>The job flink-apps/reading-cleansing as it is deployed.</summary>
internal static class ReadingCleansing
{
    private const string Unbuilt = "kinesis-patterns:allowUnbuilt";
    private const string Build = "mvn -f flink-apps/reading-cleansing package";

    private static readonly string _folder = Path.Combine("flink-apps", "reading-cleansing");

    private static readonly string[] _files = ["main.py", "script.py", "job.sql"];

    public static FlinkCode Code(Stack stack, string? zip)
    {
        var built = zip ?? Path.Combine(_folder, "target", "reading-cleansing.zip");
        if (zip is null && !File.Exists(built) && stack.Node.TryGetContext(Unbuilt) is "true" or true)
        {
            return WithoutConnector(stack);
        }

        return FlinkCode.FromZip(built, python: "main.py", jar: "lib/pyflink-dependencies.jar", build: Build);
    }

    // The local host needs the template, not the connector: what it synthesizes must run without Maven, and nowhere else.
    private static FlinkCode WithoutConnector(Stack stack)
    {
        var rule = new CfnRule(stack, "FlinkJobIsNotBuilt");
        rule.AddAssertion(
            Fn.ConditionEquals("built", "not built"), $"The Flink job has no connector and cannot run. Build it: {Build}");

        var zip = Path.Combine("artifacts", "flink", "reading-cleansing-without-connector.zip");
        Directory.CreateDirectory(Path.GetDirectoryName(zip)!);
        using (var archive = new ZipArchive(File.Create(zip), ZipArchiveMode.Create))
        {
            foreach (var file in _files)
            {
                var entry = archive.CreateEntry(file);

                // The same files are the same archive, and so the same asset.
                entry.LastWriteTime = new DateTimeOffset(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);
                using var content = entry.Open();
                content.Write(File.ReadAllBytes(Path.Combine(_folder, file)));
            }
        }

        return FlinkCode.FromZip(zip, python: "main.py", build: Build);
    }
}
