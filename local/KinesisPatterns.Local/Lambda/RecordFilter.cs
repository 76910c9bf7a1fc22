using System.Text.Json;

namespace KinesisPatterns.Local.Lambda;

/// <summary>Lets records pass whose data matches one of several patterns.</summary>
/// <remarks>https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis-filtering.html</remarks>
internal sealed class RecordFilter
{
    // Five by default, ten by request.
    private const int MostPatterns = 10;
    private const int LongestPattern = 4096;

    private readonly List<FilterPattern> _patterns = [];
    private readonly bool _passesAll;

    private RecordFilter(IReadOnlyList<string> patterns)
    {
        foreach (var text in patterns)
        {
            if (ParseOne(text) is { } pattern)
            {
                _patterns.Add(pattern);
            }
            else
            {
                _passesAll = true;
            }
        }

        _passesAll |= patterns.Count == 0;
    }

    /// <summary>Compiles patterns; fails when one is not allowed.</summary>
    public static RecordFilter Parse(IReadOnlyList<string> patterns) => patterns.Count <= MostPatterns
        ? new(patterns)
        : throw LambdaException.InvalidParameter(
            $"FilterCriteria: expected at most {MostPatterns} filters, got {patterns.Count}");

    /// <summary>Whether a record passes.</summary>
    public bool Matches(ReadOnlyMemory<byte> data)
    {
        if (_passesAll)
        {
            return true;
        }

        try
        {
            using var document = JsonDocument.Parse(data);
            return _patterns.Exists(pattern => pattern.Matches(document.RootElement));
        }
        catch (JsonException)
        {
            // Data that is not JSON never passes a pattern that is.
            return false;
        }
    }

    // Null when the pattern says nothing about the data.
    private static FilterPattern? ParseOne(string text)
    {
        if (text.Length > LongestPattern)
        {
            throw LambdaException.InvalidParameter(
                $"A filter pattern has {text.Length} characters, expected at most {LongestPattern}");
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                throw Invalid(text, "expected a JSON object");
            }

            FilterPattern? data = null;
            foreach (var member in document.RootElement.EnumerateObject())
            {
                data = member.Name == "data"
                    ? FilterPattern.Parse(member.Value)
                    : throw Invalid(text, $"Kinesis records are filtered by \"data\" only, got \"{member.Name}\"");
            }

            return data;
        }
        catch (Exception e) when (e is JsonException or FormatException)
        {
            throw Invalid(text, e.Message);
        }
    }

    private static LambdaException Invalid(string text, string reason) =>
        LambdaException.InvalidParameter($"Invalid filter pattern definition {text}: {reason}");
}
