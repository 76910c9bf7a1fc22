using System.Diagnostics;

namespace Benchmarks;

/// <summary>How long the CDK app takes to synthesize its stacks, with the functions published before.</summary>
internal static class SynthScenario
{
    private const int Runs = 5;
    private const string Project = "KinesisPatterns.Blueprints";

    public static async Task RunAsync()
    {
        await Repository.DotnetAsync(["build", "lambdas/Functions.proj", "-v:q", "-nologo"]);
        await Repository.DotnetAsync(["build", $"cdk/{Project}", "-c", "Release", "-v:q", "-nologo"]);
        var folder = Directory.CreateTempSubdirectory("kinesis-patterns-bench-");
        try
        {
            await SecondsAsync(folder.FullName);
            var seconds = new List<double>();
            for (var run = 0; run < Runs; run++)
            {
                seconds.Add(await SecondsAsync(folder.FullName));
            }

            Report.Line($"dotnet {Project}.dll  median {Report.Median(seconds):F2} s of {Runs}  ({seconds.Min():F2} to {seconds.Max():F2})");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<double> SecondsAsync(string output)
    {
        var watch = Stopwatch.StartNew();
        await Repository.DotnetAsync(
            [Repository.At("artifacts", "bin", Project, "release", $"{Project}.dll")],
            new Dictionary<string, string>
            {
                ["CDK_OUTDIR"] = output,
                ["CDK_CONTEXT_JSON"] = "{}",
                ["JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION"] = "1",
                ["JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION"] = "1",
            });
        return watch.Elapsed.TotalSeconds;
    }
}
