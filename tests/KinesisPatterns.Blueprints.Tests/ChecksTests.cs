namespace KinesisPatterns.Blueprints.Tests;

public sealed class ChecksTests
{
    // Warnings of cfn-lint that are accepted in every template, and why.
    private static readonly Dictionary<string, string> _acceptedWarnings = new()
    {
        ["W3005"] = "The CDK's Function names its role in DependsOn as well.",
    };

    private static readonly string[] _binding = ["AwsSolutions", "cfn-guard", "checks"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static string Faulty => Path.Combine(Blueprint.Setting("Snapshots"), "Faulty.template.json");

    public static TheoryData<string> Names => Blueprint.Checked;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Has_no_finding_without_a_reason_on_that_very_resource(string name)
    {
        var findings = await Finding.InAsync(Blueprint.TemplateFile(name), Cancellation);

        var report = Path.Combine(Blueprint.Setting("Reports"), $"{name}.txt");
        Directory.CreateDirectory(Path.GetDirectoryName(report)!);
        await File.WriteAllLinesAsync(report, findings.Select(finding => $"{finding}"), Cancellation);
        var open = findings.Where(finding => _binding.Contains(finding.Pack) && finding.Reason is null);
        Assert.Empty(open);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Accepts_nothing_that_is_no_longer_found(string name)
    {
        var findings = await Finding.InAsync(Blueprint.TemplateFile(name), Cancellation);

        var found = findings.Select(finding => (finding.Resource, finding.Rule)).ToHashSet();
        var accepted =
            from resource in Blueprint.Resources(name)
            from entry in resource.Resource["Metadata"]?["cdk_nag"]?["rules_to_suppress"]?.AsArray() ?? []
            select (resource.Id, (string)entry!["id"]!);
        var idle = accepted.Where(entry => !found.Contains(entry));
        Assert.Empty(idle);
    }

    [Fact]
    public async Task A_reason_on_a_whole_stack_is_refused_and_has_no_effect()
    {
        var findings = await Finding.InAsync(Faulty, Cancellation);

        Assert.Contains(findings, finding => finding is { Rule: "stack-wide-suppression", Reason: null });
        Assert.Contains(findings, finding => finding is { Rule: "AwsSolutions-SQS3", Resource: "Queue", Reason: null });
    }

    [Fact]
    public async Task A_reason_on_the_resource_is_taken()
    {
        var findings = await Finding.InAsync(Faulty, Cancellation);

        Assert.Contains(
            findings,
            finding => finding is { Resource: "DeadLetters", Reason: "It is a dead-letter queue itself." });
        Assert.Contains(
            findings,
            finding => finding is { Resource: "Logs", Reason: "It takes the access logs of the others." });
    }

    [Fact]
    public async Task Guard_finds_what_is_wrong()
    {
        var findings = await Finding.InAsync(Faulty, Cancellation);

        Assert.Contains(
            findings,
            finding => finding is { Rule: "s3_bucket_logging_enabled_check", Resource: "Bucket", Reason: null });
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Has_no_error_of_cfn_lint(string name)
    {
        var run = await Tool.RunAsync(
            "cfn-lint", ["--format", "json", Blueprint.TemplateFile(name)], Cancellation);
        Assert.SkipWhen(run is null, "cfn-lint is not on the PATH (pip install cfn-lint)");

        var problems = JsonNode.Parse(run!.Value.Output)!.AsArray()
            .Where(problem => !_acceptedWarnings.ContainsKey((string)problem!["Rule"]!["Id"]!))
            .Select(problem => $"{problem!["Rule"]!["Id"]} {problem["Message"]}");
        Assert.Empty(problems);
    }
}
