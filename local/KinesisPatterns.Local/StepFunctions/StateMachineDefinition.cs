using System.Text.Json;
using System.Text.Json.Nodes;

namespace KinesisPatterns.Local.StepFunctions;

/// <summary>A state machine as its template defines it, as far as it runs here.</summary>
/// <remarks>https://states-language.net/spec.html</remarks>
internal sealed class StateMachineDefinition
{
    private const string InvokeIntegration = ":states:::lambda:invoke";

    private static readonly string[] _types = ["Task", "Choice", "Pass", "Wait", "Succeed", "Fail"];

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
        JsonObject json;
        try
        {
            json = JsonNode.Parse(text)!.AsObject();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            return (null, $"its definition is no JSON object: {exception.Message}");
        }

        var definition = new StateMachineDefinition(json);
        var reason = definition.Problem(json);
        return reason is null ? (definition, null) : (null, reason);
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

        return States.Select(state => Problem(state.Key, state.Value)).FirstOrDefault(problem => problem is not null);
    }

    private string? Problem(string name, JsonObject state)
    {
        var type = (string?)state["Type"] ?? "";
        if (!_types.Contains(type))
        {
            return $"{name}: a state of type {type} does not run here";
        }

        if (type == "Task" && FunctionOf(state) is null)
        {
            return $"{name}: {state["Resource"]} does not run here, functions do";
        }

        var unknown = Targets(state).FirstOrDefault(target => !States.ContainsKey(target));
        return unknown is not null
            ? $"{name}: expected one of its states, got '{unknown}'"
            : Paths(state).FirstOrDefault(path => ReferencePath.TryParse(path) is null) is { } path ? $"{name}: {path} does not run here, paths to one value do" : null;
    }

    private static IEnumerable<string> Targets(JsonNode? node) => node switch
    {
        JsonObject all => all.SelectMany(member => member.Key is "Next" or "Default" ? [(string)member.Value!] : Targets(member.Value)),
        JsonArray all => all.SelectMany(Targets),
        _ => [],
    };

    // What is named like a path, and what a template takes from the input; $$ is the context.
    private static IEnumerable<string> Paths(JsonNode? node) => node switch
    {
        JsonObject all => all.SelectMany(member =>
            member.Value is JsonValue value && value.GetValueKind() == JsonValueKind.String && IsPath(member.Key) ? [Plain((string)value!)] : Paths(member.Value)),
        JsonArray all => all.SelectMany(Paths),
        _ => [],
    };

    private static bool IsPath(string key) =>
        key.EndsWith(".$", StringComparison.Ordinal) || key is "Variable" || key.EndsWith("Path", StringComparison.Ordinal);

    private static string Plain(string path) => path.StartsWith("$$", StringComparison.Ordinal) ? path[1..] : path;
}
