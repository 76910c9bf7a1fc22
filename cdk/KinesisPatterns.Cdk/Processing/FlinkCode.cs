using System.IO.Compression;
using System.Text.RegularExpressions;

namespace KinesisPatterns.Cdk;

/// <summary>The code of a Flink job: a zip with a Python program or SQL that one runs, or a JAR.</summary>
/// <remarks>https://docs.aws.amazon.com/managed-flink/latest/java/how-python-creating.html</remarks>
public sealed partial class FlinkCode
{
    private FlinkCode(string file, IReadOnlyDictionary<string, string> runOptions, IReadOnlyList<string> placeholders)
    {
        File = file;
        RunOptions = runOptions;
        Placeholders = placeholders;
    }

    /// <summary>The archive.</summary>
    public string File { get; }

    /// <summary>What the group <c>kinesis.analytics.flink.run.options</c> has to say; empty for a JAR.</summary>
    internal IReadOnlyDictionary<string, string> RunOptions { get; }

    /// <summary>What the SQL scripts in it expect of the property groups, such as <c>Streams.Readings.arn</c>.</summary>
    internal IReadOnlyList<string> Placeholders { get; }

    /// <summary>Takes a zip with a Python program, which may run SQL scripts (<c>*.sql</c>) that lie beside it.</summary>
    /// <param name="zip">The archive.</param>
    /// <param name="python">The program in it, such as <c>main.py</c>.</param>
    /// <param name="jar">The one JAR in it that has all connectors, such as <c>lib/pyflink-dependencies.jar</c>; null
    /// when none is needed.</param>
    /// <param name="build">How to build the archive, for the message when it is missing.</param>
    public static FlinkCode FromZip(string zip, string python, string? jar = null, string? build = null)
    {
        EnsureThere(zip, build);
        using var archive = Open(zip);
        foreach (var entry in new[] { python, jar }.OfType<string>())
        {
            Ensure.That(archive.GetEntry(entry) is not null, zip, $"{entry} in the archive", "none");
        }

        var options = new Dictionary<string, string> { ["python"] = python };
        if (jar is not null)
        {
            options["jarfile"] = jar;
        }

        return new FlinkCode(Path.GetFullPath(zip), options, [.. archive.Entries.SelectMany(Expected).Distinct()]);
    }

    /// <summary>Takes a JAR with all that the job needs, whose manifest names the main class.</summary>
    /// <param name="jar">The archive.</param>
    /// <param name="build">How to build the archive, for the message when it is missing.</param>
    public static FlinkCode FromJar(string jar, string? build = null)
    {
        EnsureThere(jar, build);
        using var archive = Open(jar);
        Ensure.That(
            archive.GetEntry("META-INF/MANIFEST.MF") is not null, jar, "a JAR with META-INF/MANIFEST.MF", "none");
        return new FlinkCode(Path.GetFullPath(jar), new Dictionary<string, string>(), []);
    }

    [GeneratedRegex(@"\$\{([^}]*)\}")]
    private static partial Regex Placeholder { get; }

    private static void EnsureThere(string file, string? build) => Ensure.That(
        System.IO.File.Exists(file),
        file,
        "the code of the Flink job",
        build is null ? "no such file" : $"no such file. Build it first: {build}");

    private static ZipArchive Open(string file)
    {
        try
        {
            return ZipFile.OpenRead(file);
        }
        catch (InvalidDataException)
        {
            throw new ArgumentException($"{file}: expected a zip archive, got something else");
        }
    }

    private static IEnumerable<string> Expected(ZipArchiveEntry entry)
    {
        if (!entry.Name.EndsWith(".sql", StringComparison.OrdinalIgnoreCase))
        {
            return [];
        }

        using var reader = new StreamReader(entry.Open());
        return [.. Placeholder.Matches(reader.ReadToEnd()).Select(match => match.Groups[1].Value)];
    }
}
