using System.Text.Json;

namespace KinesisPatterns.Local.Lambda;

/// <summary>One condition on a value: equal to a literal, or what an operator says.</summary>
internal sealed class FilterRule
{
    private readonly Func<JsonElement?, bool> _matches;
    private readonly bool? _mustExist;

    private FilterRule(Func<JsonElement?, bool> matches, bool? mustExist = null) =>
        (_matches, _mustExist) = (matches, mustExist);

    public static FilterRule Parse(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object when json.EnumerateObject().Count() == 1 => ParseOperator(json.EnumerateObject().First()),
        JsonValueKind.Object or JsonValueKind.Array =>
            throw new FormatException($"a condition has one operator, got {json.GetRawText()}"),
        _ => Equal(json),
    };

    /// <summary>Whether a value matches; null stands for a field that is not there.</summary>
    public bool Matches(JsonElement? value) => _matches(value);

    /// <summary>The answer about a list as a whole, when the rule asks for presence only.</summary>
    public bool? MatchesPresence(JsonElement list) => _mustExist is null ? null : Matches(list);

    private static FilterRule ParseOperator(JsonProperty member)
    {
        var operand = member.Value.Clone();
        switch (member.Name)
        {
            case "exists" when operand.ValueKind is JsonValueKind.True or JsonValueKind.False:
                var wanted = operand.GetBoolean();
                return new(value => value is { ValueKind: not JsonValueKind.Object } == wanted, wanted);
            case "prefix":
                return Text(operand, (value, text) => value.StartsWith(text, StringComparison.Ordinal));
            case "suffix":
                return Text(operand, (value, text) => value.EndsWith(text, StringComparison.Ordinal));
            case "equals-ignore-case":
                return Text(operand, (value, text) => value.Equals(text, StringComparison.OrdinalIgnoreCase));
            case "anything-but":
                return AnythingBut(operand);
            case "numeric":
                return Numeric(operand);
            default:
                throw new FormatException($"unknown condition {{\"{member.Name}\":{operand.GetRawText()}}}");
        }
    }

    // Numbers are compared as they are written: 300, 300.0 and 3.0e2 differ.
    private static FilterRule Equal(JsonElement literal)
    {
        var kind = literal.ValueKind;
        var text = kind == JsonValueKind.String ? literal.GetString()! : literal.GetRawText();
        return new(value => value is { } json && json.ValueKind == kind
            && (kind == JsonValueKind.String ? json.GetString() : json.GetRawText()) == text);
    }

    private static FilterRule Text(JsonElement operand, Func<string, string, bool> matches)
    {
        var text = operand.ValueKind == JsonValueKind.String
            ? operand.GetString()!
            : throw new FormatException($"expected a string, got {operand.GetRawText()}");
        return new(value => value is { ValueKind: JsonValueKind.String } json && matches(json.GetString()!, text));
    }

    private static FilterRule AnythingBut(JsonElement operand)
    {
        List<FilterRule> excluded = operand.ValueKind == JsonValueKind.Array
            ? [.. operand.EnumerateArray().Select(Parse)]
            : [Parse(operand)];
        return new(value => value is not null && !excluded.Exists(rule => rule.Matches(value)));
    }

    private static FilterRule Numeric(JsonElement operand)
    {
        var parts = operand.ValueKind == JsonValueKind.Array ? operand.EnumerateArray().ToList() : [];
        if (parts.Count is not (2 or 4))
        {
            throw new FormatException($"\"numeric\" takes one or two comparisons, got {operand.GetRawText()}");
        }

        var comparisons = parts.Chunk(2).Select(pair => Comparison(pair[0], pair[1])).ToList();
        return new(value => value is { ValueKind: JsonValueKind.Number } json
            && comparisons.TrueForAll(c => c(json.GetDouble())));
    }

    private static Func<double, bool> Comparison(JsonElement name, JsonElement bound)
    {
        if (name.ValueKind != JsonValueKind.String || bound.ValueKind != JsonValueKind.Number)
        {
            throw new FormatException(
                $"expected an operator and a number, got {name.GetRawText()}, {bound.GetRawText()}");
        }

        var limit = bound.GetDouble();
        return name.GetString() switch
        {
            "=" => value => value == limit,
            "<" => value => value < limit,
            "<=" => value => value <= limit,
            ">" => value => value > limit,
            ">=" => value => value >= limit,
            var other => throw new FormatException($"unknown comparison {other}"),
        };
    }
}
