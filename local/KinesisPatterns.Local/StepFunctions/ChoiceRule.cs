using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using KinesisPatterns.Local.Iam;

namespace KinesisPatterns.Local.StepFunctions;

/// <summary>What a Choice state decides by.</summary>
/// <remarks>https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html</remarks>
internal static class ChoiceRule
{
    private const string AsPath = "Path";

    private static readonly string[] _around = ["Variable", "Next", "Comment"];
    private static readonly string[] _tests = ["IsPresent", "IsNull", "IsString", "IsNumeric", "IsBoolean", "IsTimestamp", "StringMatches"];
    private static readonly string[] _relations = ["Equals", "LessThan", "GreaterThan", "LessThanEquals", "GreaterThanEquals"];
    private static readonly HashSet<string> _comparisons =
    [
        .. _tests, "BooleanEquals", "BooleanEqualsPath",
        .. from kind in (string[])["String", "Numeric", "Timestamp"] from relation in _relations from path in (string[])["", AsPath] select kind + relation + path,
    ];

    /// <summary>What of a rule is not played here; null when it is.</summary>
    public static string? Unknown(JsonObject rule)
    {
        var operators = rule.Select(member => member.Key).Where(name => !_around.Contains(name)).ToList();
        return operators switch
        {
            ["And" or "Or"] => rule[operators[0]]!.AsArray().Select(part => Unknown(part!.AsObject())).FirstOrDefault(unknown => unknown is not null),
            ["Not"] => Unknown(rule["Not"]!.AsObject()),
            [var name] when _comparisons.Contains(name) => rule.ContainsKey("Variable") ? null : $"{name} without a Variable",
            [var name] => name,
            _ => $"the choice {rule.ToJsonString()}",
        };
    }

    /// <summary>The paths of a rule.</summary>
    public static IEnumerable<string> Paths(JsonObject rule) => rule.SelectMany(member => member.Key switch
    {
        "And" or "Or" => member.Value!.AsArray().SelectMany(part => Paths(part!.AsObject())),
        "Not" => Paths(member.Value!.AsObject()),
        "Variable" => [(string)member.Value!],
        var name => name.EndsWith(AsPath, StringComparison.Ordinal) ? [(string)member.Value!] : [],
    });

    public static bool Holds(JsonObject rule, JsonNode? input)
    {
        var (name, operand) = rule.First(member => !_around.Contains(member.Key));
        return name switch
        {
            "And" => operand!.AsArray().All(part => Holds(part!.AsObject(), input)),
            "Or" => operand!.AsArray().Any(part => Holds(part!.AsObject(), input)),
            "Not" => !Holds(operand!.AsObject(), input),
            _ => Compares(name, ReferencePath.TryParse((string)rule["Variable"]!)!, operand!, input),
        };
    }

    /// <summary>A number of the data, whether it was read or made here.</summary>
    public static double Number(JsonNode number) => double.Parse(number.ToJsonString(), CultureInfo.InvariantCulture);

    private static bool Compares(string name, ReferencePath variable, JsonNode operand, JsonNode? input)
    {
        if (name == "IsPresent")
        {
            return variable.TryFind(input, out _) == (bool)operand;
        }

        var value = variable.Find(input);
        return name switch
        {
            "IsNull" => (value is null) == (bool)operand,
            "IsString" => IsText(value) == (bool)operand,
            "IsNumeric" => IsNumber(value) == (bool)operand,
            "IsBoolean" => IsBoolean(value) == (bool)operand,
            "IsTimestamp" => TryTime(value, out _) == (bool)operand,
            "StringMatches" => IsText(value) && Wildcard.MatchesCompiled(Pattern((string)operand!), (string)value!),
            _ when name.EndsWith(AsPath, StringComparison.Ordinal) => Relates(name[..^AsPath.Length], value, ReferencePath.TryParse((string)operand!)!.Find(input)),
            _ => Relates(name, value, operand),
        };
    }

    // Values of different kinds compare as nothing does.
    private static bool Relates(string comparison, JsonNode? value, JsonNode? other)
    {
        if (comparison == "BooleanEquals")
        {
            return IsBoolean(value) && IsBoolean(other) && (bool)value! == (bool)other!;
        }

        (string Kind, int? Order) compared = comparison[0] switch
        {
            'S' => ("String", IsText(value) && IsText(other) ? string.CompareOrdinal((string)value!, (string)other!) : null),
            'N' => ("Numeric", IsNumber(value) && IsNumber(other) ? Number(value!).CompareTo(Number(other!)) : null),
            _ => ("Timestamp", TryTime(value, out var time) && TryTime(other, out var than) ? time.CompareTo(than) : null),
        };
        return compared.Order is { } order && Orders(comparison[compared.Kind.Length..], order);
    }

    // A backslash takes its meaning from what follows it.
    private static string Pattern(string text)
    {
        var pattern = new StringBuilder(text.Length);
        for (var at = 0; at < text.Length; at++)
        {
            pattern.Append(text[at] switch
            {
                '\\' when at + 1 < text.Length => text[++at],
                '*' => Wildcard.Many,
                var other => other,
            });
        }

        return pattern.ToString();
    }

    private static bool IsText(JsonNode? value) => value?.GetValueKind() == JsonValueKind.String;

    private static bool IsNumber(JsonNode? value) => value?.GetValueKind() == JsonValueKind.Number;

    private static bool IsBoolean(JsonNode? value) => value?.GetValueKind() is JsonValueKind.True or JsonValueKind.False;

    private static bool TryTime(JsonNode? value, out DateTimeOffset time)
    {
        time = default;
        return IsText(value) && (string)value! is { Length: > 10 } text && text[10] == 'T' && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time);
    }

    private static bool Orders(string relation, int order) => relation switch
    {
        "Equals" => order == 0,
        "LessThan" => order < 0,
        "GreaterThan" => order > 0,
        "LessThanEquals" => order <= 0,
        _ => order >= 0,
    };
}
