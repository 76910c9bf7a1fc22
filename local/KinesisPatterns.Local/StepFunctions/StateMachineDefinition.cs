using System.Text.Json;
using System.Text.Json.Nodes;

namespace KinesisPatterns.Local.StepFunctions;

/// <summary>A state machine as its template defines it, as far as it runs here.</summary>
/// <remarks>https://states-language.net/spec.html</remarks>
internal sealed class StateMachineDefinition
{
    private const string InvokeIntegration = ":states:::lambda:invoke";

    private StateMachineDefinition(JsonObject definition)
    {
        States = (definition["States"] as JsonObject ?? []).ToDictionary(state => state.Key, state => state.Value!.AsObject());
        StartAt = (string?)definition["StartAt"] ?? "";
        Timeout = Json.Integer(definition["TimeoutSeconds"]) is { } seconds ? TimeSpan.FromSeconds(seconds) : null;
    }

    public IReadOnlyDictionary<string, JsonObject> States { get; }

    public string StartAt { get; }

    /// <summary>How long an execution may take; null for as long as it likes.</summary>
    public TimeSpan? Timeout { get; }

    /// <summary>Reads a definition; or why it does not run here.</summary>
    public static (StateMachineDefinition? Definition, string? Reason) Parse(string text)
    {
        try
        {
            var json = JsonNode.Parse(text)!.AsObject();
            var definition = new StateMachineDefinition(json);
            var reason = definition.Problem(json);
            return reason is null ? (definition, null) : (null, reason);
        }
        catch (JsonException exception)
        {
            return (null, $"its definition is no JSON object: {exception.Message}");
        }
        catch (Exception exception) when (exception is InvalidOperationException or FormatException or ArgumentException or NullReferenceException or LocalHostException)
        {
            return (null, $"its definition is not as the States Language wants it: {exception.Message}");
        }
    }

    /// <summary>The function that a task invokes, and whether the answer is wrapped as Lambda's API answers; null when it is none.</summary>
    public static (string Function, bool IsWrapped)? FunctionOf(JsonObject task)
    {
        var resource = (string?)task["Resource"] ?? "";
        if (resource.EndsWith(InvokeIntegration, StringComparison.Ordinal))
        {
            return (string?)task["Parameters"]?["FunctionName"] is { } name ? (name, true) : null;
        }

        return resource.Split(':') is ["arn", _, "lambda", ..] ? (resource, false) : null;
    }

    private string? Problem(JsonObject json)
    {
        if ((string?)json["QueryLanguage"] is { } language and not "JSONPath")
        {
            return $"{language} does not run here";
        }

        if (!States.ContainsKey(StartAt))
        {
            return $"StartAt: expected one of its states, got '{StartAt}'";
        }

        return States.Select(state => ProblemOf(state.Value) is { } problem ? $"{state.Key}: {problem}" : null).FirstOrDefault(problem => problem is not null);
    }

    private string? ProblemOf(JsonObject state)
    {
        var type = (string?)state["Type"] ?? "";
        if (!StateFields.IsKnown(type))
        {
            return $"a state of type {type} does not run here";
        }

        if (type == "Task" && FunctionOf(state) is null)
        {
            return $"{state["Resource"]} does not run here, functions do";
        }

        return StateFields.Unknown(state) is { } field ? $"{field} does not run here"
            : StateFields.Targets(state).FirstOrDefault(target => !States.ContainsKey(target)) is { } unknown ? $"expected one of its states, got '{unknown}'"
            : StateFields.Unreadable(state) is { } path ? $"{path} does not run here, paths to one value do"
            : StateFields.HasNoEnd(state) ? "expected either Next or End"
            : null;
    }
}
