using System.Text.Json.Nodes;

namespace KinesisPatterns.Local.StepFunctions;

/// <summary>What states may say here. Whatever else they say would be passed over, and the machine do something else than on AWS.</summary>
/// <remarks>https://states-language.net/spec.html#state-type-table</remarks>
internal static class StateFields
{
    private static readonly string[] _any = ["Type", "Comment", "QueryLanguage"];
    private static readonly string[] _retrier = ["ErrorEquals", "IntervalSeconds", "MaxAttempts", "BackoffRate", "MaxDelaySeconds", "JitterStrategy", "Comment"];
    private static readonly string[] _catcher = ["ErrorEquals", "ResultPath", "Next", "Comment"];
    private static readonly string[] _invocation = ["FunctionName", "Payload", "Payload.$", "InvocationType"];
    private static readonly string[] _templates = ["Parameters", "ResultSelector"];

    private static readonly Dictionary<string, string[]> _types = new(StringComparer.Ordinal)
    {
        ["Task"] = ["Next", "End", "InputPath", "OutputPath", "ResultPath", "Parameters", "ResultSelector", "Resource", "TimeoutSeconds", "Retry", "Catch"],
        ["Pass"] = ["Next", "End", "InputPath", "OutputPath", "ResultPath", "Parameters", "Result"],
        ["Wait"] = ["Next", "End", "InputPath", "OutputPath", "Seconds", "SecondsPath", "Timestamp", "TimestampPath"],
        ["Choice"] = ["InputPath", "OutputPath", "Choices", "Default"],
        ["Succeed"] = ["InputPath", "OutputPath"],
        ["Fail"] = ["Error", "ErrorPath", "Cause", "CausePath"],
    };

    public static bool IsKnown(string type) => _types.ContainsKey(type);

    /// <summary>The first field, or value of one, that is not played here; null when there is none.</summary>
    public static string? Unknown(JsonObject state) =>
        (string?)state["QueryLanguage"] is { } language and not "JSONPath"
            ? language
            : Beyond(state, [.. _any, .. _types[(string)state["Type"]!]])
              ?? Parts(state, "Retry").Select(retrier => Beyond(retrier, _retrier) ?? UnknownJitter(retrier) ?? WithoutErrors(retrier)).FirstOrDefault(field => field is not null)
              ?? Parts(state, "Catch").Select(catcher => Beyond(catcher, _catcher) ?? WithoutErrors(catcher)).FirstOrDefault(field => field is not null)
              ?? Parts(state, "Choices").Select(ChoiceRule.Unknown).FirstOrDefault(field => field is not null)
              ?? UnknownInvocation(state);

    /// <summary>The states that a state may lead to.</summary>
    public static IEnumerable<string> Targets(JsonObject state) =>
    [
        .. Named(state, "Next"), .. Named(state, "Default"), .. Parts(state, "Choices").Select(rule => (string?)rule["Next"] ?? ""),
        .. Parts(state, "Catch").Select(catcher => (string?)catcher["Next"] ?? ""),
    ];

    /// <summary>The first path that cannot be followed here; null when there is none.</summary>
    public static string? Unreadable(JsonObject state) =>
        Paths(state).Concat(Parts(state, "Choices").SelectMany(ChoiceRule.Paths)).FirstOrDefault(path => ReferencePath.TryParse(path) is null)
        ?? _templates.SelectMany(name => Taken(state[name])).FirstOrDefault(path => ReferencePath.TryParse(path.StartsWith("$$", StringComparison.Ordinal) ? path[1..] : path) is null);

    /// <summary>Whether it is not said, or said twice, how a machine goes on from a state.</summary>
    public static bool HasNoEnd(JsonObject state) =>
        _types[(string)state["Type"]!].Contains("End") && state.ContainsKey("Next") == (Json.Boolean(state["End"]) == true);

    private static string? Beyond(JsonObject node, string[] known) => node.Select(member => member.Key).FirstOrDefault(name => !known.Contains(name));

    private static string? UnknownJitter(JsonObject retrier) =>
        (string?)retrier["JitterStrategy"] is { } strategy and not ("FULL" or "NONE") ? $"the JitterStrategy {strategy}" : null;

    private static string? WithoutErrors(JsonObject handler) => handler["ErrorEquals"] is JsonArray { Count: > 0 } ? null : "a handler of no errors";

    // A call that nobody waits for, or of a version, is another call.
    private static string? UnknownInvocation(JsonObject state) =>
        (string?)state["Type"] != "Task" || !StateMachineDefinition.FunctionOf(state)!.Value.IsWrapped ? null
        : Beyond(state["Parameters"]!.AsObject(), _invocation) is { } field ? $"Parameters.{field}"
        : (string?)state["Parameters"]!["InvocationType"] is { } type and not "RequestResponse" ? $"the InvocationType {type}"
        : null;

    private static IEnumerable<string> Named(JsonObject state, string name) => state[name] is { } target ? [(string)target!] : [];

    private static IEnumerable<JsonObject> Parts(JsonObject state, string name) => state[name] is { } parts ? parts.AsArray().Select(part => part!.AsObject()) : [];

    private static IEnumerable<string> Paths(JsonObject node) => node
        .Where(member => member.Key.EndsWith("Path", StringComparison.Ordinal) && member.Value is not null).Select(member => (string)member.Value!)
        .Concat(Parts(node, "Catch").SelectMany(Paths));

    // What a template takes from the input, or with $$ from the context.
    private static IEnumerable<string> Taken(JsonNode? template) => template switch
    {
        JsonObject members => members.SelectMany(member => member.Key.EndsWith(".$", StringComparison.Ordinal) ? [(string)member.Value!] : Taken(member.Value)),
        JsonArray items => items.SelectMany(Taken),
        _ => [],
    };
}
