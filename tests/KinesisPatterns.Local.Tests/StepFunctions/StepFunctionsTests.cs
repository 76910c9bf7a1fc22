using System.Text.Json.Nodes;
using static KinesisPatterns.Local.Tests.StepFunctions.Executions;

namespace KinesisPatterns.Local.Tests.StepFunctions;

/// <summary>State machines of a template, over the wire.</summary>
public sealed class StepFunctionsTests
{
    private const string Template = """
        {
          "FunctionRole": { "Type": "AWS::IAM::Role", "Properties": { "AssumeRolePolicyDocument": { "Statement": [{ "Effect": "Allow", "Principal": { "Service": "lambda.amazonaws.com" }, "Action": "sts:AssumeRole" }] } } },
          "Count": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
              "Code": { "ZipFile": "exports.handler = async e => ({ n: e.n + 1, done: e.n + 1 >= 3 })" }, "Handler": "index.handler", "Runtime": "nodejs24.x",
              "Role": { "Fn::GetAtt": ["FunctionRole", "Arn"] }
            }
          },
          "MachineRole": {
            "Type": "AWS::IAM::Role",
            "Properties": {
              "AssumeRolePolicyDocument": { "Statement": [{ "Effect": "Allow", "Principal": { "Service": "states.amazonaws.com" }, "Action": "sts:AssumeRole" }] },
              "Policies": [{ "PolicyName": "Call", "PolicyDocument": { "Statement": [{ "Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": { "Fn::GetAtt": ["Count", "Arn"] } }] } }]
            }
          },
          "Machine": {
            "Type": "AWS::StepFunctions::StateMachine",
            "Properties": {
              "RoleArn": { "Fn::GetAtt": ["MachineRole", "Arn"] },
              "DefinitionString": { "Fn::Join": ["", [
                "{\"StartAt\":\"Count\",\"States\":{\"Count\":{\"Type\":\"Task\",\"Resource\":\"", { "Fn::GetAtt": ["Count", "Arn"] },
                "\",\"Next\":\"Enough\"},\"Enough\":{\"Type\":\"Choice\",\"Choices\":[{\"Variable\":\"$.done\",\"BooleanEquals\":true,\"Next\":\"Yes\"}],\"Default\":\"Count\"},\"Yes\":{\"Type\":\"Succeed\"}}}"
              ]] }
            }
          },
          "Pause": {
            "Type": "AWS::StepFunctions::StateMachine",
            "Properties": { "DefinitionString": "{\"StartAt\":\"W\",\"States\":{\"W\":{\"Type\":\"Wait\",\"Seconds\":3600,\"End\":true}}}" }
          },
          "Parallel": {
            "Type": "AWS::StepFunctions::StateMachine",
            "Properties": { "DefinitionString": "{\"StartAt\":\"P\",\"States\":{\"P\":{\"Type\":\"Parallel\",\"End\":true}}}" }
          }
        }
        """;

    [Fact]
    public async Task An_execution_calls_the_stacks_function_as_the_machines_role()
    {
        var (stack, host) = await TestStack.StartAsync(Template);
        await using var _ = stack;

        var started = await AskAsync(host, "StartExecution", new() { ["stateMachineArn"] = host.NameOf("Machine"), ["name"] = "one", ["input"] = """{"n":0}""" });

        Assert.EndsWith(":execution:Demo-Machine:one", (string?)started["executionArn"], StringComparison.Ordinal);
        var ended = await EndAsync(host, started);
        Assert.Equal(("SUCCEEDED", """{"n":3,"done":true}"""), ((string?)ended["status"], (string?)ended["output"]));
        Assert.Contains(host.Permissions, grant => grant is { Action: "lambda:InvokeFunction", Times: 3 });
        var history = (await AskAsync(host, "GetExecutionHistory", new() { ["executionArn"] = (string?)started["executionArn"], ["reverseOrder"] = true }))["events"]!.AsArray();
        Assert.Equal("ExecutionSucceeded", (string?)history[0]!["type"]);
        var listed = await AskAsync(host, "ListExecutions", new() { ["stateMachineArn"] = host.NameOf("Machine"), ["statusFilter"] = "SUCCEEDED" });
        Assert.Equal("one", (string?)Assert.Single(listed["executions"]!.AsArray())!["name"]);
    }

    [Fact]
    public async Task A_role_that_may_not_call_the_function_fails_the_execution_in_AWSs_words()
    {
        var (stack, host) = await TestStack.StartAsync(Template.Replace("lambda:InvokeFunction", "lambda:GetFunction", StringComparison.Ordinal));
        await using var _ = stack;

        var ended = await EndAsync(host, await AskAsync(host, "StartExecution", new() { ["stateMachineArn"] = host.NameOf("Machine"), ["input"] = """{"n":0}""" }));

        Assert.Equal(("FAILED", "Lambda.AWSLambdaException"), ((string?)ended["status"], (string?)ended["error"]));
        Assert.Contains("is not authorized to perform: lambda:InvokeFunction", (string?)ended["cause"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_same_start_again_is_the_same_execution_and_another_input_is_refused()
    {
        var (stack, host) = await TestStack.StartAsync(Template);
        await using var _ = stack;
        var request = new JsonObject { ["stateMachineArn"] = host.NameOf("Pause"), ["name"] = "one", ["input"] = "{}" };

        var first = await AskAsync(host, "StartExecution", request.DeepClone().AsObject());
        var second = await AskAsync(host, "StartExecution", request.DeepClone().AsObject());
        request["input"] = "[]";
        var third = await AskAsync(host, "StartExecution", request);

        Assert.Equal((string?)first["executionArn"], (string?)second["executionArn"]);
        Assert.Equal("ExecutionAlreadyExists", (string?)third["__type"]);
    }

    [Fact]
    public async Task An_execution_that_is_stopped_says_why()
    {
        var (stack, host) = await TestStack.StartAsync(Template);
        await using var _ = stack;
        var started = await AskAsync(host, "StartExecution", new() { ["stateMachineArn"] = host.NameOf("Pause") });

        await AskAsync(host, "StopExecution", new() { ["executionArn"] = (string?)started["executionArn"], ["error"] = "Enough", ["cause"] = "no more" });

        var ended = await EndAsync(host, started);
        Assert.Equal(("ABORTED", "Enough", "no more"), ((string?)ended["status"], (string?)ended["error"], (string?)ended["cause"]));
    }

    [Fact]
    public async Task What_does_not_run_here_is_listed_with_its_reason()
    {
        var (stack, host) = await TestStack.StartAsync(Template);
        await using var _ = stack;

        var parallel = host.Resources.Single(resource => resource.LogicalId == "Parallel");
        Assert.Equal((false, "checked, not run: P: a state of type Parallel does not run here"), (parallel.Runs, parallel.Here));
        Assert.Equal("StateMachineDoesNotExist", (string?)(await AskAsync(host, "StartExecution", new() { ["stateMachineArn"] = host.NameOf("Parallel") }))["__type"]);
    }

    [Theory]
    [InlineData("two words")]
    [InlineData("a:b")]
    [InlineData("")]
    public async Task A_name_that_AWS_would_not_take_is_refused(string name)
    {
        var (stack, host) = await TestStack.StartAsync(Template);
        await using var _ = stack;

        var answer = await AskAsync(host, "StartExecution", new() { ["stateMachineArn"] = host.NameOf("Pause"), ["name"] = name });

        Assert.Equal("InvalidName", (string?)answer["__type"]);
    }

    [Fact]
    public async Task Input_that_is_no_JSON_is_refused()
    {
        var (stack, host) = await TestStack.StartAsync(Template);
        await using var _ = stack;

        var answer = await AskAsync(host, "StartExecution", new() { ["stateMachineArn"] = host.NameOf("Pause"), ["input"] = "{" });

        Assert.Equal("InvalidExecutionInput", (string?)answer["__type"]);
    }
}
