using System.Text;
using System.Text.Json.Nodes;
using KinesisPatterns.Local.Lambda;
using KinesisPatterns.Local.StepFunctions;

namespace KinesisPatterns.Local.Tests.StepFunctions;

/// <summary>The States Language, state by state, with functions that answer as the test says.</summary>
public sealed class StateMachineTests : IFunctionInvoker
{
    private const string Arn = "arn:aws:states:us-east-1:000000000000:stateMachine:Demo";
    private const string Function = "arn:aws:lambda:us-east-1:000000000000:function:F";

    private readonly List<string> _payloads = [];
    private readonly Queue<InvocationResult> _answers = new();

    Task<InvocationResult> IFunctionInvoker.InvokeAsync(string function, ReadOnlyMemory<byte> payload, CancellationToken cancellationToken)
    {
        Assert.Equal(Function, function);
        _payloads.Add(Encoding.UTF8.GetString(payload.Span));
        return Task.FromResult(_answers.Dequeue());
    }

    [Fact]
    public async Task A_loop_hands_each_answer_to_the_next_call_until_the_choice_ends_it()
    {
        Answer("""{"done":false,"n":1}""");
        Answer("""{"done":false,"n":2}""");
        Answer("""{"done":true,"n":3}""");

        using var execution = await RunAsync($$"""
            {
              "StartAt": "Slice",
              "States": {
                "Slice": { "Type": "Task", "Resource": "{{Function}}", "Next": "Done" },
                "Done": { "Type": "Choice", "Choices": [{ "Variable": "$.done", "BooleanEquals": false, "Next": "Slice" }], "Default": "Complete" },
                "Complete": { "Type": "Succeed" }
              }
            }
            """, """{"n":0}""");

        Assert.Equal((ExecutionStatus.Succeeded, """{"done":true,"n":3}"""), (execution.Status, execution.Output));
        Assert.Equal(["""{"n":0}""", """{"done":false,"n":1}""", """{"done":false,"n":2}"""], _payloads);
        Assert.Equal(
            ["ExecutionStarted", "TaskStateEntered", "LambdaFunctionScheduled", "LambdaFunctionSucceeded", "TaskStateExited", "ChoiceStateEntered"],
            execution.History.Take(6).Select(one => one.Type));
        Assert.Equal("ExecutionSucceeded", execution.History[^1].Type);
    }

    [Fact]
    public async Task A_retrier_waits_and_asks_again_as_often_as_it_says()
    {
        Fail("Busy");
        Fail("Busy");
        Answer("1");

        using var execution = await RunAsync(Task_("""
            "Retry": [{ "ErrorEquals": ["Other"], "MaxAttempts": 9 }, { "ErrorEquals": ["Busy"], "IntervalSeconds": 0, "MaxAttempts": 2 }]
            """));

        Assert.Equal((ExecutionStatus.Succeeded, 3), (execution.Status, _payloads.Count));
    }

    [Fact]
    public async Task Without_attempts_left_the_execution_fails_with_the_functions_own_words()
    {
        Fail("Busy");
        Fail("Busy");

        using var execution = await RunAsync(Task_("""
            "Retry": [{ "ErrorEquals": ["States.ALL"], "IntervalSeconds": 0, "MaxAttempts": 1 }]
            """));

        Assert.Equal((ExecutionStatus.Failed, "Busy"), (execution.Status, execution.Error));
        Assert.Contains("not now", execution.Cause, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_catcher_goes_on_with_the_error_beside_the_input()
    {
        Fail("Busy");

        using var execution = await RunAsync($$"""
            {
              "StartAt": "Try",
              "States": {
                "Try": {
                  "Type": "Task", "Resource": "{{Function}}", "End": true,
                  "Catch": [{ "ErrorEquals": ["States.TaskFailed"], "ResultPath": "$.problem", "Next": "Tell" }]
                },
                "Tell": { "Type": "Pass", "Parameters": { "order.$": "$.order", "error.$": "$.problem.Error" }, "End": true }
              }
            }
            """, """{"order":7}""");

        Assert.Equal("""{"order":7,"error":"Busy"}""", execution.Output);
    }

    [Fact]
    public async Task Paths_say_what_a_task_gets_and_what_becomes_of_its_answer()
    {
        Answer("""{"sum":3,"more":true}""");

        using var execution = await RunAsync("""
            {
              "StartAt": "Add",
              "States": {
                "Add": {
                  "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "InputPath": "$.numbers",
                  "Parameters": { "FunctionName": "FUNCTION", "Payload": { "first.$": "$[0]", "all.$": "$", "run.$": "$$.Execution.Name", "fixed": 1 } },
                  "ResultSelector": { "total.$": "$.Payload.sum" }, "ResultPath": "$.result", "OutputPath": "$['result']", "End": true
                }
              }
            }
            """.Replace("FUNCTION", Function, StringComparison.Ordinal), """{"numbers":[1,2]}""");

        Assert.Equal("""{"total":3}""", execution.Output);
        Assert.Equal("""{"first":1,"all":[1,2],"run":"one","fixed":1}""", Assert.Single(_payloads));
    }

    [Theory]
    [InlineData("""{ "Variable": "$.n", "NumericGreaterThanEquals": 3 }""", true)]
    [InlineData("""{ "Variable": "$.n", "NumericLessThan": 3 }""", false)]
    [InlineData("""{ "Variable": "$.text", "StringEquals": "ab" }""", true)]
    [InlineData("""{ "Variable": "$.text", "StringMatches": "a*" }""", true)]
    [InlineData("""{ "Variable": "$.text", "StringMatches": "a?" }""", false)]
    [InlineData("""{ "Variable": "$.text", "NumericEquals": 3 }""", false)]
    [InlineData("""{ "Variable": "$.none", "IsPresent": false }""", true)]
    [InlineData("""{ "Variable": "$.star", "StringMatches": "a\\*" }""", true)]
    [InlineData("""{ "Variable": "$.text", "StringMatches": "a\\*" }""", false)]
    [InlineData("""{ "Variable": "$.text", "StringEqualsPath": "$.n" }""", false)]
    [InlineData("""{ "Variable": "$.flag", "BooleanEqualsPath": "$.text" }""", false)]
    [InlineData("""{ "Variable": "$.text", "TimestampEquals": "2026-11-27T00:00:00Z" }""", false)]
    [InlineData("""{ "Variable": "$.time", "IsTimestamp": true }""", true)]
    [InlineData("""{ "Variable": "$.text", "IsTimestamp": true }""", false)]
    [InlineData("""{ "Variable": "$.nothing", "IsNull": true }""", true)]
    [InlineData("""{ "Variable": "$.n", "NumericEqualsPath": "$.m" }""", true)]
    [InlineData("""{ "Variable": "$.time", "TimestampLessThan": "2027-01-01T00:00:00Z" }""", true)]
    [InlineData("""{ "Not": { "Variable": "$.flag", "BooleanEquals": true } }""", false)]
    [InlineData("""{ "And": [{ "Variable": "$.flag", "BooleanEquals": true }, { "Variable": "$.n", "NumericEquals": 4 }] }""", false)]
    [InlineData("""{ "Or": [{ "Variable": "$.flag", "BooleanEquals": true }, { "Variable": "$.n", "NumericEquals": 4 }] }""", true)]
    public void A_choice_compares(string rule, bool holds) => Assert.Equal(holds, ChoiceRule.Holds(
        JsonNode.Parse(rule)!.AsObject(),
        JsonNode.Parse("""{"n":3,"m":3,"text":"ab","flag":true,"nothing":null,"time":"2026-11-27T00:00:00Z","star":"a*"}""")));

    [Fact]
    public async Task A_choice_without_a_way_on_fails()
    {
        using var execution = await RunAsync("""
            {
              "StartAt": "C",
              "States": { "C": { "Type": "Choice", "Choices": [{ "Variable": "$.n", "NumericEquals": 1, "Next": "S" }] }, "S": { "Type": "Succeed" } }
            }
            """, """{"n":2}""");

        Assert.Equal((ExecutionStatus.Failed, "States.NoChoiceMatched"), (execution.Status, execution.Error));
    }

    [Fact]
    public async Task Data_that_a_path_does_not_find_fails_the_execution_and_says_which()
    {
        using var execution = await RunAsync("""
            { "StartAt": "C", "States": { "C": { "Type": "Choice", "Choices": [{ "Variable": "$.n", "NumericEquals": 1, "Next": "S" }], "Default": "S" }, "S": { "Type": "Succeed" } } }
            """, "{}");

        Assert.Equal((ExecutionStatus.Failed, "States.Runtime"), (execution.Status, execution.Error));
        Assert.Contains("'$.n'", execution.Cause, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "StartAt": "M", "States": { "M": { "Type": "Map" } } }""", "M: a state of type Map does not run here")]
    [InlineData("""{ "QueryLanguage": "JSONata", "StartAt": "P", "States": { "P": { "Type": "Pass" } } }""", "JSONata does not run here")]
    [InlineData("""{ "StartAt": "P", "States": { "P": { "Type": "Pass", "Next": "Q" } } }""", "P: expected one of its states, got 'Q'")]
    [InlineData("""{ "StartAt": "Q", "States": { "P": { "Type": "Pass" } } }""", "StartAt: expected one of its states, got 'Q'")]
    [InlineData("""{ "StartAt": "T", "States": { "T": { "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage" } } }""", "T: arn:aws:states:::sqs:sendMessage does not run here, functions do")]
    [InlineData("""{ "StartAt": "P", "States": { "P": { "Type": "Pass", "Parameters": { "a.$": "States.UUID()" } } } }""", "P: States.UUID() does not run here, paths to one value do")]
    [InlineData("""{ "StartAt": "P", "States": { "P": { "Type": "Pass", "InputPath": "$$.Execution", "End": true } } }""", "P: $$.Execution does not run here, paths to one value do")]
    [InlineData("""{ "StartAt": "P", "States": { "P": { "Type": "Pass" } } }""", "P: expected either Next or End")]
    [InlineData("""{ "StartAt": "P", "States": { "P": { "Type": "Pass", "End": true, "Assign": { "n": 1 } } } }""", "P: Assign does not run here")]
    [InlineData("""{ "StartAt": "P", "States": { "P": { "Type": "Pass", "End": true, "QueryLanguage": "JSONata", "Output": 1 } } }""", "P: JSONata does not run here")]
    [InlineData("""{ "StartAt": "T", "States": { "T": { "Type": "Task", "Resource": "FUNCTION", "End": true, "HeartbeatSeconds": 9 } } }""", "T: HeartbeatSeconds does not run here")]
    [InlineData("""{ "StartAt": "T", "States": { "T": { "Type": "Task", "Resource": "FUNCTION", "End": true, "Retry": [{ "MaxAttempts": 2 }] } } }""", "T: a handler of no errors does not run here")]
    [InlineData("""{ "StartAt": "T", "States": { "T": { "Type": "Task", "Resource": "FUNCTION", "End": true, "Retry": [{ "ErrorEquals": ["A"], "JitterStrategy": "HALF" }] } } }""", "T: the JitterStrategy HALF does not run here")]
    [InlineData("""{ "StartAt": "T", "States": { "T": { "Type": "Task", "Resource": "FUNCTION", "End": true, "Catch": [{ "ErrorEquals": ["A"], "Next": "Q" }] } } }""", "T: expected one of its states, got 'Q'")]
    [InlineData("""{ "StartAt": "T", "States": { "T": { "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "End": true, "Parameters": { "FunctionName": "FUNCTION", "InvocationType": "Event" } } } }""", "T: the InvocationType Event does not run here")]
    [InlineData("""{ "StartAt": "C", "States": { "C": { "Type": "Choice", "Choices": [{ "Variable": "$.n", "NumericNotEquals": 1, "Next": "C" }] } } }""", "C: NumericNotEquals does not run here")]
    [InlineData("""{ "StartAt": "C", "States": { "C": { "Type": "Choice", "Choices": [{ "And": [{ "NumericEquals": 1 }], "Next": "C" }] } } }""", "C: NumericEquals without a Variable does not run here")]
    [InlineData("""{ "StartAt": "C", "States": { "C": { "Type": "Choice", "Choices": [{ "Not": { "Variable": "$..n", "IsPresent": true }, "Next": "C" }] } } }""", "C: $..n does not run here, paths to one value do")]
    [InlineData("""{ "StartAt": "P", "States": { "P": [] } }""", "its definition is not as the States Language wants it")]
    [InlineData("no json", "its definition is no JSON object")]
    public void What_does_not_run_here_is_known_before_it_is_started(string definition, string reason) =>
        Assert.StartsWith(reason, StateMachineDefinition.Parse(definition.Replace("FUNCTION", Function, StringComparison.Ordinal)).Reason, StringComparison.Ordinal);

    [Fact]
    public async Task What_a_payload_calls_a_path_or_the_next_one_is_none_of_the_machines()
    {
        Answer("1");

        using var execution = await RunAsync(Task_("""
            "Parameters": { "FilePath": "/tmp/x", "Next": "one", "Default": 5 }
            """));

        Assert.Equal(ExecutionStatus.Succeeded, execution.Status);
        Assert.Equal("""{"FilePath":"/tmp/x","Next":"one","Default":5}""", Assert.Single(_payloads));
    }

    [Fact]
    public async Task A_choice_compares_what_Lambda_answers_with_numbers()
    {
        Answer("{}");

        using var execution = await RunAsync("""
            {
              "StartAt": "T",
              "States": {
                "T": { "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": { "FunctionName": "FUNCTION" }, "Next": "C" },
                "C": { "Type": "Choice", "Choices": [{ "Variable": "$.StatusCode", "NumericEquals": 200, "Next": "S" }] },
                "S": { "Type": "Succeed" }
              }
            }
            """.Replace("FUNCTION", Function, StringComparison.Ordinal));

        Assert.Equal((ExecutionStatus.Succeeded, null), (execution.Status, execution.Cause));
    }

    [Fact]
    public async Task A_state_that_fails_takes_its_words_from_the_input()
    {
        using var execution = await RunAsync(
            """{ "StartAt": "F", "States": { "F": { "Type": "Fail", "ErrorPath": "$.error", "CausePath": "$.why" } } }""", """{"error":"Closed","why":"on Sundays"}""");

        Assert.Equal((ExecutionStatus.Failed, "Closed", "on Sundays"), (execution.Status, execution.Error, execution.Cause));
    }

    [Fact]
    public async Task An_answer_that_is_larger_than_a_state_may_hand_on_fails_the_execution_past_its_catchers()
    {
        Answer($"\"{new string('x', 262_144)}\"");

        using var execution = await RunAsync(Task_("""
            "Catch": [{ "ErrorEquals": ["States.ALL"], "Next": "T" }]
            """));

        Assert.Equal((ExecutionStatus.Failed, "States.DataLimitExceeded"), (execution.Status, execution.Error));
    }

    [Fact]
    public async Task An_execution_that_goes_round_for_ever_ends_with_its_history()
    {
        using var execution = await RunAsync(
            """{ "StartAt": "P", "States": { "P": { "Type": "Pass", "Next": "P" } } }""");

        Assert.Equal((ExecutionStatus.Failed, "States.Runtime", 25_002), (execution.Status, execution.Error, execution.History.Count));
    }

    [Fact]
    public async Task Times_that_no_timer_of_the_platform_holds_are_waited_for()
    {
        Fail("Busy");
        Answer("1");

        using var execution = await RunAsync(Task_("""
            "TimeoutSeconds": 99999999, "Retry": [{ "ErrorEquals": ["Busy"], "IntervalSeconds": 0, "MaxDelaySeconds": 31622400, "JitterStrategy": "FULL" }]
            """).Replace("""{ "StartAt""", """{ "TimeoutSeconds": 99999999, "StartAt""", StringComparison.Ordinal));

        Assert.Equal((ExecutionStatus.Succeeded, null), (execution.Status, execution.Cause));
    }

    [Fact]
    public async Task Whatever_goes_wrong_in_the_host_ends_the_execution_too()
    {
        // There is no answer left: the double itself fails.
        using var execution = await RunAsync(Task_(""" "Comment": "-" """));

        Assert.Equal((ExecutionStatus.Failed, "States.Runtime"), (execution.Status, execution.Error));
    }

    [Fact]
    public async Task A_machine_that_takes_longer_than_its_time_out_ends_with_it()
    {
        using var execution = await RunAsync("""{ "TimeoutSeconds": 1, "StartAt": "W", "States": { "W": { "Type": "Wait", "Seconds": 60, "End": true } } }""");

        Assert.Equal((ExecutionStatus.TimedOut, "States.Timeout"), (execution.Status, execution.Error));
    }

    private static string Task_(string more) =>
        $$"""{ "StartAt": "T", "States": { "T": { "Type": "Task", "Resource": "{{Function}}", "End": true, {{more}} } } }""";

    private async Task<Execution> RunAsync(string definition, string input = "{}")
    {
        var (parsed, reason) = StateMachineDefinition.Parse(definition);
        Assert.Null(reason);
        var execution = new Execution($"{Arn}:one", Arn, "one", input, TimeProvider.System);
        await new StateMachine(Arn, parsed!, this, role: null, TimeProvider.System).RunAsync(execution);
        return execution;
    }

    private void Answer(string payload) =>
        _answers.Enqueue(new() { Status = InvocationStatus.Succeeded, RequestId = "r", Payload = Encoding.UTF8.GetBytes(payload) });

    private void Fail(string type) => _answers.Enqueue(new()
    {
        Status = InvocationStatus.FunctionError,
        RequestId = "r",
        Payload = ErrorBody.Of(type, "not now"),
        FunctionError = "Unhandled",
    });
}
