using System.Text.RegularExpressions;

namespace KinesisPatterns.Blueprints.Tests;

/// <summary>
/// Compares a template with the one that was reviewed; <c>ACCEPT=1</c> takes the new one for the next review.
/// </summary>
internal static partial class Snapshot
{
    private static readonly JsonSerializerOptions _indented = new() { WriteIndented = true, NewLine = "\n" };

    public static void ShouldMatch(JsonNode template, string name)
    {
        var verified = Path.Combine(Blueprint.Setting("Snapshots"), $"BlueprintTests.{name}.verified.json");
        var now = Configuration.Replace(Asset.Replace(template.ToJsonString(_indented), "<asset>"), "<configuration>") + "\n";
        if (Environment.GetEnvironmentVariable("ACCEPT") == "1")
        {
            File.WriteAllText(verified, now);
        }

        var before = File.Exists(verified) ? File.ReadAllText(verified) : "";
        Assert.True(before == now, FirstDifference(Path.GetFileName(verified), before.Split('\n'), now.Split('\n')));
    }

    [GeneratedRegex("[0-9a-f]{64}")]
    private static partial Regex Asset { get; }

    // The digest of a Flink application's configuration has the hash of its asset in it.
    [GeneratedRegex("(?<=\"Configuration\": \")[0-9a-f]{32}(?=\")")]
    private static partial Regex Configuration { get; }

    private static string FirstDifference(string file, string[] before, string[] now)
    {
        var line = before.Zip(now).TakeWhile(pair => pair.First == pair.Second).Count();
        var start = Math.Max(0, line - 5);
        return $"""
            {file} differs from line {line + 1} on.
            Reviewed:
            {string.Join('\n', before.Skip(start).Take(12))}
            Now:
            {string.Join('\n', now.Skip(start).Take(12))}
            Run the test with ACCEPT=1 to take it, and review the difference.
            """;
    }
}
