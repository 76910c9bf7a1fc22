using System.Reflection;
using PublicApiGenerator;

namespace PublicApi.Tests;

/// <summary>What the packages promise; a change shows in the baseline and is reviewed like code (rewrite it with ACCEPT=1).</summary>
public sealed class PublicApiTests
{
    [Theory]
    [InlineData("KinesisPatterns.Cdk")]
    [InlineData("KinesisPatterns.Local")]
    [InlineData("KinesisPatterns.StateFun")]
    [InlineData("KinesisPatterns.StateFun.AspNetCore")]
    [InlineData("KinesisPatterns.StateFun.Lambda")]
    [InlineData("KinesisPatterns.StateFun.Testing")]
    public void Is_what_the_baseline_says(string package)
    {
        var api = Assembly.Load(package).GeneratePublicApi(new() { IncludeAssemblyAttributes = false }).ReplaceLineEndings("\n") + "\n";
        var baseline = Path.Combine(Folder(), $"{package}.verified.txt");
        if (Environment.GetEnvironmentVariable("ACCEPT") == "1")
        {
            File.WriteAllText(baseline, api);
        }

        Assert.Equal(File.ReadAllText(baseline).ReplaceLineEndings("\n"), api);
    }

    private static string Folder([System.Runtime.CompilerServices.CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
