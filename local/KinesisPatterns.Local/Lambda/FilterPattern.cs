using System.Text.Json;

namespace KinesisPatterns.Local.Lambda;

/// <summary>A pattern of event filtering: fields that all have to match, or values of which one has to.</summary>
/// <remarks>https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html#filtering-syntax</remarks>
internal sealed class FilterPattern
{
    private readonly List<(string Name, FilterPattern Pattern)> _fields = [];
    private readonly List<List<FilterPattern>> _alternatives = [];
    private readonly List<FilterRule>? _rules;

    private FilterPattern(List<FilterRule>? rules = null) => _rules = rules;

    /// <summary>Compiles a pattern; a <see cref="FormatException"/> says what is wrong with it.</summary>
    public static FilterPattern Parse(JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Array when json.GetArrayLength() > 0:
                return new([.. json.EnumerateArray().Select(FilterRule.Parse)]);
            case JsonValueKind.Object:
                var pattern = new FilterPattern();
                foreach (var member in json.EnumerateObject())
                {
                    pattern.Add(member);
                }

                return pattern;
            default:
                throw new FormatException(
                    $"a pattern is an object or a list with something in it, got {json.GetRawText()}");
        }
    }

    /// <summary>Whether a value matches; null stands for a field that is not there.</summary>
    public bool Matches(JsonElement? value)
    {
        if (_rules is not null)
        {
            // Any element of a list may match.
            return value is { ValueKind: JsonValueKind.Array } list
                ? _rules.Exists(
                    rule => rule.MatchesPresence(list) ?? list.EnumerateArray().Any(item => rule.Matches(item)))
                : _rules.Exists(rule => rule.Matches(value));
        }

        if (value is { ValueKind: JsonValueKind.Array } items)
        {
            return items.EnumerateArray().Any(item => Matches(item));
        }

        // Fields below one that is not there are not there either, which `exists: false` accepts.
        return value is null or { ValueKind: JsonValueKind.Object }
            && _fields.TrueForAll(field => field.Pattern.Matches(Member(value, field.Name)))
            && _alternatives.TrueForAll(any => any.Exists(pattern => pattern.Matches(value)));
    }

    private void Add(JsonProperty member)
    {
        if (member.Name != "$or")
        {
            _fields.Add((member.Name, Parse(member.Value)));
            return;
        }

        if (member.Value.ValueKind != JsonValueKind.Array || member.Value.GetArrayLength() < 2)
        {
            throw new FormatException("\"$or\" takes a list of two patterns or more");
        }

        _alternatives.Add([.. member.Value.EnumerateArray().Select(Parse)]);
    }

    private static JsonElement? Member(JsonElement? value, string name) =>
        value is { } json && json.TryGetProperty(name, out var member) ? member : null;
}
