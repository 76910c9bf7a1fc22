namespace KinesisPatterns.Cdk;

/// <summary>Keeps code that was published with stand-ins for AWS packages out of AWS.</summary>
internal static class StandIns
{
    private const string Override = "kinesis-patterns:allowStandIns";
    private const string ParameterId = "StandIns";
    private const string RuleId = "PublishedWithStandIns";

    // Synthesis has to work on a feed without the packages, so an error at synthesis is no option: CloudFormation
    // evaluates a template's rules before it touches any resource, and refuses the deployment with this text.
    public static void Refuse(Construct at, FunctionCode code)
    {
        var packages = code.StandIns();
        if (packages.Length == 0 || at.Node.TryGetContext(Override) is true or "true")
        {
            return;
        }

        var message = $"{at.Node.Path} was published with stand-ins for {string.Join(", ", packages)} and must not be "
            + "deployed. Publish it where the NuGet feed has these packages (dotnet build lambdas/Functions.proj "
            + $"-p:AwsPackages=real), or insist with -c {Override}=true.";
        Annotations.Of(at).AddWarningV2(Override, message);

        var stack = Stack.Of(at);
        var parameter = stack.Node.TryFindChild(ParameterId) as CfnParameter ?? Refused(stack);
        var rule = stack.Node.TryFindChild(RuleId) as CfnRule ?? new CfnRule(stack, RuleId);
        rule.AddAssertion(Fn.ConditionEquals(parameter.ValueAsString, "allowed"), message);
    }

    private static CfnParameter Refused(Stack stack) => new(stack, ParameterId, new CfnParameterProps
    {
        Default = "refused",
        AllowedValues = ["refused", "allowed"],
        Description = "Whether code that was published with stand-ins may be deployed.",
    });
}
