using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace KinesisPatterns.Local.StepFunctions;

/// <summary>A path of the States Language that names one node: <c>$</c>, <c>$.order.lines[0]</c>, <c>$['a b']</c>.</summary>
/// <remarks>https://states-language.net/spec.html#path</remarks>
internal sealed partial class ReferencePath
{
    private readonly string _text;
    private readonly List<object> _steps = [];

    private ReferencePath(string text) => _text = text;

    /// <summary>Reads a path; null when it is none of these.</summary>
    public static ReferencePath? TryParse(string text)
    {
        if (!text.StartsWith('$'))
        {
            return null;
        }

        var path = new ReferencePath(text);
        var at = 1;
        while (at < text.Length)
        {
            var step = Step().Match(text, at);
            if (!step.Success)
            {
                return null;
            }

            path._steps.Add(step.Groups["index"] is { Success: true } index
                ? int.Parse(index.Value, System.Globalization.CultureInfo.InvariantCulture)
                : step.Groups["name"].Value);
            at += step.Length;
        }

        return path;
    }

    /// <summary>Whether there is something at the path, and what.</summary>
    public bool TryFind(JsonNode? root, out JsonNode? found)
    {
        found = root;
        foreach (var step in _steps)
        {
            switch (step, found)
            {
                case (string name, JsonObject parent) when parent.TryGetPropertyValue(name, out var child):
                    found = child;
                    break;
                case (int index, JsonArray list) when index < list.Count:
                    found = list[index];
                    break;
                default:
                    return false;
            }
        }

        return true;
    }

    /// <summary>What is at the path.</summary>
    /// <exception cref="StateError">Nothing is.</exception>
    public JsonNode? Find(JsonNode? root) => TryFind(root, out var found)
        ? found
        : throw new StateError(StateError.Runtime, $"The path '{_text}' could not be found in the input '{root?.ToJsonString() ?? "null"}'.");

    /// <summary>Puts a value at the path; objects on the way are made.</summary>
    public JsonNode? Put(JsonNode? root, JsonNode? value)
    {
        if (_steps.Count == 0)
        {
            return value;
        }

        var result = root?.DeepClone() as JsonObject ?? throw Unfit();
        var parent = result;
        foreach (var step in _steps.SkipLast(1))
        {
            var name = step as string ?? throw Unfit();
            parent[name] ??= new JsonObject();
            parent = parent[name] as JsonObject ?? throw Unfit();
        }

        parent[_steps[^1] as string ?? throw Unfit()] = value;
        return result;
    }

    private StateError Unfit() =>
        new("States.ResultPathMatchFailure", $"Unable to apply the path '{_text}': names in objects are expected.");

    [GeneratedRegex(@"\G(?:\.(?<name>[A-Za-z_][\w-]*)|\['(?<name>[^']+)'\]|\[(?<index>\d+)\])")]
    private static partial Regex Step();
}
