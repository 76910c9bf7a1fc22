using System.Diagnostics;
using System.Text.Json;
using Fixtures;

namespace ReadingCleansing.Tests;

/// <summary>The runner is Python: its tests are test_script.py.</summary>
public sealed class RunnerTests
{
    [Theory]
    [InlineData("open")]
    [InlineData("closed")]
    public void The_properties_are_what_they_were(string name)
    {
        var groups = Job.Properties(Job.Rules(ReadingFixture.Load(name).Rules))
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => new { PropertyGroupId = group.Key, PropertyMap = group.Value });
        var json = JsonSerializer.Serialize(groups, Indented).ReplaceLineEndings("\n") + "\n";
        var file = Path.Combine(Job.Expected, $"properties.{name}.verified.json");
        if (Environment.GetEnvironmentVariable("ACCEPT") == "1")
        {
            File.WriteAllText(file, json);
        }

        Assert.Equal(File.ReadAllText(file), json);
    }

    [Fact]
    public void Passes_its_own_tests()
    {
        var folder = Path.GetDirectoryName(Job.Expected)!;
        using var python = Start(folder);
        Assert.SkipWhen(python is null, "python3 is not installed");

        var output = python.StandardError.ReadToEnd();
        python.WaitForExit();

        Assert.True(python.ExitCode == 0, output);
        Assert.Contains("Ran 14 tests", output, StringComparison.Ordinal);
    }

    private static JsonSerializerOptions Indented { get; } = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static Process? Start(string folder)
    {
        try
        {
            return Process.Start(new ProcessStartInfo("python3", ["-B", "-m", "unittest", "test_script"])
            {
                WorkingDirectory = folder,
                RedirectStandardError = true,
            });
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }
}
