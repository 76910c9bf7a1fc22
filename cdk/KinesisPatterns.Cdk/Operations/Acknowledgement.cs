namespace KinesisPatterns.Cdk;

/// <summary>Records, on a resource, why a finding of a rule checker is accepted there.</summary>
public static class Acknowledgement
{
    // cdk-nag reads this metadata; this repository's checks hold cfn-guard to it as well.
    private const string Metadata = "cdk_nag";

    /// <summary>
    /// Accepts <paramref name="rule"/> on this very resource, with the reason written into the template.
    /// </summary>
    /// <param name="resource">A resource, or the L2 whose default child it is; never a stack or a group of
    /// resources.</param>
    /// <param name="rule">The rule, such as <c>AwsSolutions-IAM5</c> or <c>lambda_inside_vpc_check</c>.</param>
    /// <param name="reason">Why it does not apply, or what makes it acceptable: a sentence of 10 characters or
    /// more.</param>
    /// <param name="findings">The exact findings meant, such as <c>Resource::*</c>, or <c>/pattern/</c>; none means
    /// every finding of the rule.</param>
    public static void Acknowledge(this IConstruct resource, string rule, string reason, params string[] findings)
    {
        var target = resource as CfnResource ?? resource.Node.DefaultChild as CfnResource;
        Ensure.That(target is not null, resource, "one resource to accept a finding on", resource.GetType().Name);
        Ensure.That(reason.Length >= 10, resource, $"the reason why {rule} is accepted", $"'{reason}'");

        var entry = new Dictionary<string, object> { ["id"] = rule, ["reason"] = reason };
        if (findings.Length > 0)
        {
            entry["applies_to"] = findings.Select(Finding).ToArray();
        }

        target.AddMetadata(Metadata, new Dictionary<string, object>
        {
            ["rules_to_suppress"] = (object[])[.. Earlier(target), entry],
        });
    }

    private static object Finding(string finding) =>
        finding.StartsWith('/') ? new Dictionary<string, object> { ["regex"] = finding } : finding;

    private static object[] Earlier(CfnResource target) =>
        target.GetMetadata(Metadata) is IDictionary<string, object> metadata
            ? (object[])metadata["rules_to_suppress"]
            : [];
}
