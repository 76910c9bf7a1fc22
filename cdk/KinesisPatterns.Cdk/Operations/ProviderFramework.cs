using Amazon.CDK.AWS.StepFunctions;
using Amazon.CDK.CustomResources;

namespace KinesisPatterns.Cdk;

/// <summary>
/// Puts right, in the CDK's provider framework, what it leaves no option for, and accepts what is left.
/// </summary>
internal static class ProviderFramework
{
    // What the CDK version pinned would choose is no longer a runtime that functions can be made on.
    // https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtimes.html
    private const string NodeRuntime = "nodejs24.x";

    // Where the CDK looks up its own choice; an unused mapping is a finding.
    private const string RuntimeMap = "LatestNodeRuntimeMap";

    public static Provider In(Construct scope, ILogGroup logs, ProviderProps props)
    {
        var stack = Stack.Of(scope).Node;
        var mapped = stack.TryFindChild(RuntimeMap) is not null;
        var provider = new Provider(scope, "Provider", props);
        Settle(provider, logs);
        if (!mapped)
        {
            stack.TryRemoveChild(RuntimeMap);
        }

        return provider;
    }

    private static void Settle(Provider provider, ILogGroup logs)
    {
        foreach (var construct in provider.Node.FindAll())
        {
            switch (construct)
            {
                case CfnFunction function:
                    function.Runtime = NodeRuntime;
                    function.Acknowledge("lambda_inside_vpc_check", "It calls nothing that is inside a VPC.");
                    break;
                case Function function:
                    logs.GrantWrite(function);
                    break;
                case CfnRole role when role.ManagedPolicyArns is { Length: > 0 }:
                    // AWS's managed policy writes to every log group of the account.
                    role.AddPropertyDeletionOverride("ManagedPolicyArns");
                    break;
                case CfnStateMachine machine:
                    Accept(machine, "It asks one function whether work is done; that one has the logs and the traces.");
                    break;
                case CfnPolicy policy:
                    policy.Acknowledge(
                        "AwsSolutions-IAM5",
                        "The framework may invoke the functions that it is made of, in any version of them.",
                        @"/^Resource::<.+\.Arn>:\*$/");
                    break;
                default:
                    break;
            }
        }
    }

    private static void Accept(CfnStateMachine machine, string reason)
    {
        string[] rules =
        [
            "AwsSolutions-SF1",
            "AwsSolutions-SF2",
            "step_functions_state_machine_logging_enabled_check",
            "step_functions_state_machine_tracing_enabled_check",
        ];
        foreach (var rule in rules)
        {
            machine.Acknowledge(rule, reason);
        }
    }
}
