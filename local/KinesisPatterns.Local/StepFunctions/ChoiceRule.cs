using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using KinesisPatterns.Local.Iam;

namespace KinesisPatterns.Local.StepFunctions;

/// <summary>What a Choice state decides by.</summary>
/// <remarks>https://docs.aws.amazon.com/step-functions/latest/dg/state-choice.html</remarks>
internal static class ChoiceRule
{
    public static bool Holds(JsonObject rule, JsonNode? input)
    {
        foreach (var (name, operand) in rule)
        {
            switch (name)
            {
                case "And":
                    return operand!.AsArray().All(part => Holds(part!.AsObject(), input));
                case "Or":
                    return operand!.AsArray().Any(part => Holds(part!.AsObject(), input));
                case "Not":
                    return !Holds(operand!.AsObject(), input);
                case "Variable" or "Next" or "Comment":
                    break;
                default:
                    return Compares(name, ReferencePath.TryParse((string)rule["Variable"]!)!, operand!, input);
            }
        }

        throw new StateError(StateError.Runtime, $"The choice {rule.ToJsonString()} has nothing to decide by.");
    }

    private static bool Compares(string name, ReferencePath variable, JsonNode operand, JsonNode? input)
    {
        if (name == "IsPresent")
        {
            return variable.TryFind(input, out _) == (bool)operand;
        }

        var value = variable.Find(input);
        var other = name.EndsWith("Path", StringComparison.Ordinal) ? ReferencePath.TryParse((string)operand!)!.Find(input) : operand;
        var comparison = name.EndsWith("Path", StringComparison.Ordinal) ? name[..^4] : name;
        return comparison switch
        {
            "IsNull" => (value is null) == (bool)operand,
            "IsString" => Is(value, JsonValueKind.String) == (bool)operand,
            "IsNumeric" => Is(value, JsonValueKind.Number) == (bool)operand,
            "IsBoolean" => (Is(value, JsonValueKind.True) || Is(value, JsonValueKind.False)) == (bool)operand,
            "BooleanEquals" => (Is(value, JsonValueKind.True) || Is(value, JsonValueKind.False)) && (bool)value! == (bool)other!,
            "StringMatches" => Is(value, JsonValueKind.String) && Wildcard.MatchesCompiled(((string)other!).Replace('*', Wildcard.Many), (string)value!),
            _ when comparison.StartsWith("String", StringComparison.Ordinal) =>
                Is(value, JsonValueKind.String) && Orders(comparison["String".Length..], string.CompareOrdinal((string)value!, (string)other!)),
            _ when comparison.StartsWith("Numeric", StringComparison.Ordinal) =>
                Is(value, JsonValueKind.Number) && Orders(comparison["Numeric".Length..], value!.GetValue<double>().CompareTo(other!.GetValue<double>())),
            _ when comparison.StartsWith("Timestamp", StringComparison.Ordinal) =>
                Is(value, JsonValueKind.String) && Orders(comparison["Timestamp".Length..], Time(value!).CompareTo(Time(other!))),
            _ => throw new StateError(StateError.Runtime, $"The comparison {name} does not run here."),
        };
    }

    private static bool Is(JsonNode? value, JsonValueKind kind) => value?.GetValueKind() == kind;

    private static DateTimeOffset Time(JsonNode node) => DateTimeOffset.Parse((string)node!, CultureInfo.InvariantCulture);

    private static bool Orders(string relation, int order) => relation switch
    {
        "Equals" => order == 0,
        "LessThan" => order < 0,
        "GreaterThan" => order > 0,
        "LessThanEquals" => order <= 0,
        "GreaterThanEquals" => order >= 0,
        _ => throw new StateError(StateError.Runtime, $"The comparison {relation} does not run here."),
    };
}
