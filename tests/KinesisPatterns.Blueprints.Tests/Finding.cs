using System.Collections.Concurrent;

namespace KinesisPatterns.Blueprints.Tests;

/// <summary>What a rule has to say against a resource of a template.</summary>
internal sealed record Finding(
    string Pack, string Rule, string Detail, string Level, string Resource, string Text, string? Reason)
{
    private static readonly ConcurrentDictionary<string, Finding[]> _known = new();

    /// <summary>All findings of cdk-nag's packs and of cfn-guard's rules; see tests/Checks/check.mjs.</summary>
    public static async Task<Finding[]> InAsync(string template, CancellationToken cancellation)
    {
        if (!_known.TryGetValue(template, out var findings))
        {
            var script = Path.Combine(Blueprint.Setting("Checks"), "check.mjs");
            var run = await Tool.RunAsync("node", [script, template], cancellation);
            Assert.True(run is { ExitCode: 0 }, run?.Errors ?? "node is not on the PATH (https://nodejs.org)");
            findings = JsonSerializer.Deserialize<Finding[]>(run!.Value.Output, JsonSerializerOptions.Web)!;
            _known[template] = findings;
        }

        return findings;
    }

    public override string ToString()
    {
        var detail = Detail.Length > 0 ? $"[{Detail}]" : "";
        return $"{Pack} {Level} {Rule}{detail} {Resource}: {Text} {(Reason is null ? "OPEN" : $"ACCEPTED: {Reason}")}";
    }
}
