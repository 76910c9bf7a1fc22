using System.Globalization;
using System.Text;
using System.Text.Json;

namespace ReadingCleansing.Tests;

/// <summary>
/// Flink's JSON functions as far as the job asks for them. Like Flink's parser they read one value and do not look at what
/// follows it.
/// </summary>
internal static class JacksonJson
{
    public static bool IsJson(string? text, JsonValueKind kind) => Parse(text) is { } value && value.ValueKind == kind;

    public static bool Exists(string? text, string path) => Find(text, path) is not null;

    /// <summary>A scalar as text, else null.</summary>
    public static string? Value(string? text, string path) => Find(text, path) switch
    {
        { ValueKind: JsonValueKind.String } value => value.GetString(),
        { ValueKind: JsonValueKind.Number } value => Number(value),
        { ValueKind: JsonValueKind.True or JsonValueKind.False } value => value.GetRawText(),
        _ => null,
    };

    /// <summary>The value as JSON between brackets; null where there is none, or null itself.</summary>
    public static string? Wrapped(string? text, string path) => Find(text, path) switch
    {
        null or { ValueKind: JsonValueKind.Null } => null,
        { ValueKind: JsonValueKind.Number } value => $"[{Number(value)}]",
        { ValueKind: JsonValueKind.String } value => $"[\"{JsonEncodedText.Encode(value.GetString()!)}\"]",
        { } value => $"[{value.GetRawText()}]",
    };

    // A number with a point or an exponent is a double, which prints as its shortest text; beyond doubles it is Infinity.
    private static string Number(JsonElement value)
    {
        var raw = value.GetRawText();
        if (raw.AsSpan().IndexOfAny("eE.") < 0)
        {
            return raw;
        }

        var text = value.GetDouble().ToString("R", CultureInfo.InvariantCulture);
        return !double.IsFinite(value.GetDouble()) ? "\"Infinity\"" : text.AsSpan().IndexOfAny("E.") < 0 ? $"{text}.0" : text;
    }

    private static JsonElement? Find(string? text, string path)
    {
        if (Parse(text) is not { } value)
        {
            return null;
        }

        return path switch
        {
            "lax $[1]" => value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 1 ? value[1] : null,
            _ when path.StartsWith("lax $.", StringComparison.Ordinal) =>
                value.ValueKind == JsonValueKind.Object && value.TryGetProperty(path["lax $.".Length..], out var field) ? field : null,
            _ => throw new NotSupportedException(path),
        };
    }

    private static JsonElement? Parse(string? text)
    {
        if (text is null)
        {
            return null;
        }

        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text), isFinalBlock: true, default);
            return JsonElement.TryParseValue(ref reader, out var value) ? value : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
