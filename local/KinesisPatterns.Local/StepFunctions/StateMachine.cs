using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using KinesisPatterns.Local.Iam;
using KinesisPatterns.Local.Lambda;

namespace KinesisPatterns.Local.StepFunctions;

/// <summary>A state machine whose tasks are functions of the stack.</summary>
/// <param name="arn">Its ARN.</param>
/// <param name="definition">What it does.</param>
/// <param name="functions">Invokes its functions.</param>
/// <param name="role">Who it calls them as; null when permissions are not enforced.</param>
/// <param name="clock">The clock that it waits by.</param>
internal sealed class StateMachine(string arn, StateMachineDefinition definition, IFunctionInvoker functions, Caller? role, TimeProvider clock)
{
    private const double DefaultInterval = 1;
    private const double DefaultBackoff = 2;
    private const int DefaultAttempts = 3;

    // https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
    private const int MostEvents = 25_000;
    private const int MostData = 262_144;

    // A timer of the platform holds less than fifty days; no host runs that long.
    private static readonly TimeSpan Longest = TimeSpan.FromDays(40);

    public string Arn => arn;

    public string Name => arn[(arn.LastIndexOf(':') + 1)..];

    /// <summary>Goes from state to state until one is the last; the execution knows how it ended.</summary>
    public async Task RunAsync(Execution execution)
    {
        using var limit = Limit(definition.Timeout);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, execution.Stopping.Token);
        execution.Happened("ExecutionStarted", "executionStartedEventDetails", new() { ["input"] = execution.Input });
        try
        {
            var data = JsonNode.Parse(execution.Input);
            var state = (string?)definition.StartAt;
            while (state is not null)
            {
                var step = await StepAsync(execution, state, data, either.Token);
                (state, data) = step;
            }

            execution.End(ExecutionStatus.Succeeded, output: Text(data));
        }
        catch (StateError error)
        {
            execution.End(ExecutionStatus.Failed, error: error.Error, cause: error.Message);
        }
        catch (OperationCanceledException) when (execution.Stopping.IsCancellationRequested)
        {
            execution.End(ExecutionStatus.Aborted);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            execution.End(ExecutionStatus.TimedOut, error: StateError.Timeout, cause: "The execution took longer than its time-out.");
        }
        catch (Exception error)
        {
            // Mostly the definition asks of the data what it is not. Whatever it was: an execution that has stopped says so.
            execution.End(ExecutionStatus.Failed, error: StateError.Runtime, cause: error.Message);
        }
    }

    private async Task<(string? Next, JsonNode? Data)> StepAsync(Execution execution, string name, JsonNode? data, CancellationToken cancellation)
    {
        if (execution.Events >= MostEvents)
        {
            throw new StateError(StateError.Runtime, $"The execution reached the maximum number of history events ({MostEvents}).");
        }

        var state = definition.States[name];
        var type = (string)state["Type"]!;
        execution.Happened($"{type}StateEntered", "stateEnteredEventDetails", new() { ["name"] = name, ["input"] = Text(data) });
        var input = Select(state, "InputPath", data);
        switch (type)
        {
            case "Fail":
                throw new StateError((string?)Given(state, "Error", input) ?? "", (string?)Given(state, "Cause", input) ?? "");
            case "Choice":
                return Exit(Chosen(state, name, input), Select(state, "OutputPath", input));
            case "Task":
                return await TaskAsync(execution, state, name, data, input, cancellation) is var (caught, result) && caught is not null
                    ? Exit(caught, result)
                    : Exit(Following(state), result);
            case "Wait":
                await WaitAsync(Pause(state, input), cancellation);
                return Exit(Following(state), Select(state, "OutputPath", input));
            case "Pass":
                var passed = state.TryGetPropertyValue("Result", out var fixedResult) ? fixedResult?.DeepClone() : Template(execution, name, state["Parameters"], input) ?? input;
                return Exit(Following(state), Result(state, data, passed));
            default:
                return Exit(null, Select(state, "OutputPath", input));
        }

        (string?, JsonNode?) Exit(string? next, JsonNode? output)
        {
            execution.Happened($"{type}StateExited", "stateExitedEventDetails", new() { ["name"] = name, ["output"] = Limited(output, $"The state {name}") });
            return (next, output);
        }
    }

    private async Task<(string? Caught, JsonNode? Output)> TaskAsync(
        Execution execution, JsonObject state, string name, JsonNode? data, JsonNode? input, CancellationToken cancellation)
    {
        var attempts = new Dictionary<JsonObject, int>();
        while (true)
        {
            try
            {
                var parameters = Template(execution, name, state["Parameters"], input) ?? input;
                var result = await InvokeAsync(execution, state, parameters, cancellation);
                return (null, Result(state, data, Template(execution, name, state["ResultSelector"], result) ?? result));
            }
            catch (StateError error)
            {
                execution.Happened("LambdaFunctionFailed", "lambdaFunctionFailedEventDetails", new() { ["error"] = error.Error, ["cause"] = error.Message });
                if (Handler(state["Retry"], error) is { } retrier && attempts.GetValueOrDefault(retrier) is var made && made < Number(retrier["MaxAttempts"], DefaultAttempts))
                {
                    attempts[retrier] = made + 1;
                    await WaitAsync(Backoff(retrier, made), cancellation);
                    continue;
                }

                if (Handler(state["Catch"], error) is not { } catcher)
                {
                    throw;
                }

                var told = new JsonObject { ["Error"] = error.Error, ["Cause"] = error.Message };
                return ((string)catcher["Next"]!, Result(catcher, data, told));
            }
        }
    }

    private async Task<JsonNode?> InvokeAsync(Execution execution, JsonObject state, JsonNode? input, CancellationToken cancellation)
    {
        var (function, isWrapped) = StateMachineDefinition.FunctionOf(state)!.Value;
        var payload = isWrapped ? input?["Payload"] : input;
        execution.Happened("LambdaFunctionScheduled", "lambdaFunctionScheduledEventDetails", new() { ["resource"] = function, ["input"] = Text(payload) });
        if (role?.Refusal("lambda:InvokeFunction", function) is { } refusal)
        {
            throw new StateError("Lambda.AWSLambdaException", refusal);
        }

        using var limit = Limit(Json.Integer(state["TimeoutSeconds"]) is { } seconds ? TimeSpan.FromSeconds(seconds) : null);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        var answer = await AnswerAsync(function, payload, limit, either.Token);
        execution.Happened("LambdaFunctionSucceeded", "lambdaFunctionSucceededEventDetails", new() { ["output"] = Limited(answer, function) });
        return isWrapped
            ? new JsonObject { ["ExecutedVersion"] = "$LATEST", ["StatusCode"] = 200, ["Payload"] = answer }
            : answer;
    }

    private async Task<JsonNode?> AnswerAsync(string function, JsonNode? payload, CancellationTokenSource limit, CancellationToken cancellation)
    {
        InvocationResult result;
        try
        {
            result = await functions.InvokeAsync(function, Encoding.UTF8.GetBytes(Text(payload)), cancellation);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            throw new StateError(StateError.Timeout, "The task took longer than its time-out.");
        }
        catch (LambdaException refused)
        {
            throw new StateError($"Lambda.{refused.Code}", refused.Message);
        }

        return result.Status switch
        {
            InvocationStatus.Succeeded => JsonNode.Parse(result.Payload.Span),
            InvocationStatus.Throttled => throw new StateError("Lambda.TooManyRequestsException", "Rate Exceeded."),
            InvocationStatus.ServiceError => throw new StateError("Lambda.ServiceException", ErrorBody.MessageOf(result.Payload)),
            _ => throw new StateError(ErrorType(result.Payload), Encoding.UTF8.GetString(result.Payload.Span)),
        };
    }

    private static string ErrorType(ReadOnlyMemory<byte> payload)
    {
        using var error = JsonDocument.Parse(payload);
        return error.RootElement.ValueKind == JsonValueKind.Object && error.RootElement.TryGetProperty("errorType"u8, out var type)
            ? type.GetString() ?? "Lambda.Unknown"
            : "Lambda.Unknown";
    }

    private static string Chosen(JsonObject state, string name, JsonNode? input) =>
        (string?)state["Choices"]!.AsArray().FirstOrDefault(rule => ChoiceRule.Holds(rule!.AsObject(), input))?["Next"]
        ?? (string?)state["Default"]
        ?? throw new StateError("States.NoChoiceMatched", $"No choice of {name} holds for '{Text(input)}', and there is no default.");

    private TimeSpan Pause(JsonObject state, JsonNode? input)
    {
        if (Given(state, "Timestamp", input) is { } time)
        {
            return DateTimeOffset.Parse((string)time!, CultureInfo.InvariantCulture) - clock.GetUtcNow();
        }

        return TimeSpan.FromSeconds(ChoiceRule.Number(Given(state, "Seconds", input)
            ?? throw new StateError(StateError.Runtime, "A state that waits says neither for how long nor until when.")));
    }

    // What a state says itself, or where in its input it is said.
    private static JsonNode? Given(JsonObject state, string name, JsonNode? input) =>
        state[name] ?? ((string?)state[$"{name}Path"] is { } path ? ReferencePath.TryParse(path)!.Find(input) : null);

    private CancellationTokenSource Limit(TimeSpan? most) => most is { } time ? new(time < Longest ? time : Longest, clock) : new();

    private Task WaitAsync(TimeSpan time, CancellationToken cancellation) =>
        Task.Delay(time < TimeSpan.Zero ? TimeSpan.Zero : time < Longest ? time : Longest, clock, cancellation);

    private static TimeSpan Backoff(JsonObject retrier, int made)
    {
        var seconds = Number(retrier["IntervalSeconds"], DefaultInterval) * Math.Pow(Number(retrier["BackoffRate"], DefaultBackoff), made);
        var most = Math.Min(Number(retrier["MaxDelaySeconds"], seconds), Longest.TotalSeconds);
        var pause = TimeSpan.FromSeconds(Math.Min(seconds, most));
        return (string?)retrier["JitterStrategy"] == "FULL" ? pause * Random.Shared.NextDouble() : pause;
    }

    private static double Number(JsonNode? node, double otherwise) => node is null ? otherwise : ChoiceRule.Number(node);

    private static JsonObject? Handler(JsonNode? handlers, StateError error) => handlers?.AsArray().Select(handler => handler!.AsObject())
        .FirstOrDefault(handler => error.Matches(handler["ErrorEquals"]!.AsArray().Select(name => (string)name!)));

    private static string? Following(JsonObject state) => (string?)state["Next"];

    // A path that is null selects nothing: an empty object.
    private static JsonNode? Select(JsonObject state, string name, JsonNode? data) => !state.TryGetPropertyValue(name, out var path)
        ? data
        : path is null ? new JsonObject() : ReferencePath.TryParse((string)path!)!.Find(data);

    private static JsonNode? Result(JsonObject state, JsonNode? data, JsonNode? result)
    {
        var combined = !state.TryGetPropertyValue("ResultPath", out var path) ? result
            : path is null ? data
            : ReferencePath.TryParse((string)path!)!.Put(data, result?.DeepClone());
        return Select(state, "OutputPath", combined);
    }

    private JsonNode? Template(Execution execution, string state, JsonNode? template, JsonNode? input) => template switch
    {
        null => null,
        JsonObject members => new JsonObject(members.Select(member => member.Key.EndsWith(".$", StringComparison.Ordinal)
            ? KeyValuePair.Create(member.Key[..^2], Taken(execution, state, (string)member.Value!, input)?.DeepClone())
            : KeyValuePair.Create(member.Key, Template(execution, state, member.Value, input)))),
        JsonArray items => new JsonArray([.. items.Select(item => Template(execution, state, item, input))]),
        _ => template.DeepClone(),
    };

    private JsonNode? Taken(Execution execution, string state, string path, JsonNode? input) => path.StartsWith("$$", StringComparison.Ordinal)
        ? ReferencePath.TryParse(path[1..])!.Find(Context(execution, state))
        : ReferencePath.TryParse(path)!.Find(input);

    // https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
    private JsonObject Context(Execution execution, string state) => new()
    {
        ["Execution"] = new JsonObject
        {
            ["Id"] = execution.Arn,
            ["Name"] = execution.Name,
            ["Input"] = JsonNode.Parse(execution.Input),
            ["StartTime"] = execution.Started.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
        },
        ["State"] = new JsonObject { ["Name"] = state, ["EnteredTime"] = clock.GetUtcNow().UtcDateTime.ToString("O", CultureInfo.InvariantCulture) },
        ["StateMachine"] = new JsonObject { ["Id"] = arn, ["Name"] = Name },
    };

    private static string Text(JsonNode? node) => node?.ToJsonString() ?? "null";

    private static string Limited(JsonNode? node, string whose)
    {
        var text = Text(node);
        return Encoding.UTF8.GetByteCount(text) <= MostData
            ? text
            : throw new StateError(StateError.DataLimit, $"{whose} returned a result with a size exceeding the maximum number of bytes service limit.");
    }
}
