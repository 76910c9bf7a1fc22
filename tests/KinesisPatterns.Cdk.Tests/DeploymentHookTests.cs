namespace KinesisPatterns.Cdk.Tests;

public sealed class DeploymentHookTests
{
    private readonly Stack _stack = new();

    [Fact]
    public void Asks_one_function_to_begin_and_until_it_is_done()
    {
        var hook = Hook();

        hook.Add(_stack, "Job", "Custom::Job", new Dictionary<string, object> { ["Name"] = "n" });

        _stack.ShouldHave("Custom::Job", """
            { "ServiceToken": { "Fn::GetAtt": ["HookProviderframeworkonEvent16E754F1", "Arn"] }, "Name": "n" }
            """);
        _stack.ShouldHave("AWS::Lambda::Function", """
            {
              "Handler": "framework.onEvent",
              "Environment": {
                "Variables": {
                  "USER_ON_EVENT_FUNCTION_ARN": { "Fn::GetAtt": ["HookFunction3BEFE8B1", "Arn"] },
                  "USER_IS_COMPLETE_FUNCTION_ARN": { "Fn::GetAtt": ["HookFunction3BEFE8B1", "Arn"] }
                }
              }
            }
            """);
        var definition = _stack.Only("AWS::StepFunctions::StateMachine").GetProperty("Properties").GetProperty("DefinitionString");
        Assert.Contains(
            @"""IntervalSeconds"":15,""MaxAttempts"":120",
            definition.GetRawText().Replace(@"\u0022", "\""),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Waits_for_nothing_without_a_query_interval()
    {
        new DeploymentHook(_stack, "Hook", new() { Function = Published.Function });

        _stack.ShouldCount("AWS::StepFunctions::StateMachine", 0);
        _stack.ShouldCount("AWS::Lambda::Function", 2);
    }

    [Fact]
    public void The_framework_runs_on_a_runtime_that_Lambda_still_has()
    {
        Hook();

        var runtimes = _stack.All("AWS::Lambda::Function").Select(
            function => function.GetProperty("Properties").GetProperty("Runtime").GetString());
        Assert.Equal(["dotnet10", "nodejs24.x", "nodejs24.x", "nodejs24.x"], runtimes.Order());
        Assert.False(_stack.Json().TryGetProperty("Mappings", out _));
    }

    [Fact]
    public void The_framework_may_do_its_part_and_no_more()
    {
        Hook();

        Assert.DoesNotContain(
            _stack.All("AWS::IAM::Role"),
            role => role.GetProperty("Properties").TryGetProperty("ManagedPolicyArns", out _));
        Assert.Equal(
            [
                "lambda:InvokeFunction", "logs:CreateLogStream", "logs:PutLogEvents", "states:StartExecution",
                "xray:PutTelemetryRecords", "xray:PutTraceSegments",
            ],
            _stack.AllowedActions().Distinct().Order());
    }

    [Fact]
    public void Logs_are_kept_as_long_as_asked()
    {
        Hook(Published.Function with { LogRetention = Amazon.CDK.AWS.Logs.RetentionDays.ONE_WEEK });

        Assert.All(
            _stack.All("AWS::Logs::LogGroup"),
            group => Assert.Equal(7, group.GetProperty("Properties").GetProperty("RetentionInDays").GetInt32()));
        Assert.All(
            _stack.All("AWS::Lambda::Function"),
            function => Assert.True(function.GetProperty("Properties").TryGetProperty("LoggingConfig", out _)));
    }

    [Fact]
    public void Fails_when_it_may_take_longer_than_CloudFormation_waits() =>
        Synth.ShouldFail(
            "Default/Hook: expected TotalTimeout of 1 minute to 1 hour, got 2 hours",
            () => new DeploymentHook(_stack, "Hook", new()
            {
                Function = Published.Function,
                QueryInterval = Duration.Seconds(10),
                TotalTimeout = Duration.Hours(2),
            }));

    private DeploymentHook Hook(PublishedFunctionProps? function = null) => new(_stack, "Hook", new()
    {
        Function = function ?? Published.Function,
        QueryInterval = Duration.Seconds(15),
    });
}
