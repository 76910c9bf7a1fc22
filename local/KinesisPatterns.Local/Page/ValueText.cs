using System.Globalization;
using System.Text.Json;
using KinesisPatterns.Local.StatefulFunctions;
using KinesisPatterns.StateFun;
using KinesisPatterns.StateFun.Testing;

namespace KinesisPatterns.Local.Page;

/// <summary>Values of functions as text. Those of own types are JSON as a rule; what is not is told by its size.</summary>
internal static class ValueText
{
    private const int LongestLine = 160;
    private const int Longest = 20_000;

    /// <summary>The values of an address in a line: what is single is shown, of what is many the number.</summary>
    public static PageAddress Line(KeptValues kept) => new(
        kept.Address.Type.ToString(),
        kept.Address.Id,
        Cut(string.Join(" · ", kept.Values.OrderBy(v => IsObject(v.Value) ? 0 : 1).ThenBy(v => v.Key, StringComparer.Ordinal).Select(v => $"{v.Key} {Of(v.Value, Brief)}"))));

    /// <summary>A value as it is, as far as it fits into a line.</summary>
    public static string Line(TypedValue value) => Cut(Of(value, json => json.ToString()));

    /// <summary>A value over several lines.</summary>
    public static string Whole(TypedValue value)
    {
        var text = Of(value, json => Indented(json, "\n"));
        return text.Length > Longest ? $"{text[..Longest]}…" : text;
    }

    public static string Cut(string text) => text.Length > LongestLine ? $"{text[..LongestLine]}…" : text;

    private static bool IsObject(TypedValue value) => !value.Bytes.IsEmpty && value.Bytes.Span[0] == (byte)'{';

    // A list of single values stays in a line.
    private static string Indented(JsonElement json, string line)
    {
        var inner = line + "  ";
        return json.ValueKind switch
        {
            JsonValueKind.Object when json.EnumerateObject().Any() =>
                $"{{{inner}{string.Join($",{inner}", json.EnumerateObject().Select(p => $"{p.Name}: {Indented(p.Value, inner)}"))}{line}}}",
            JsonValueKind.Array when json.EnumerateArray().Any(e => e.ValueKind is JsonValueKind.Object or JsonValueKind.Array) =>
                $"[{inner}{string.Join($",{inner}", json.EnumerateArray().Select(e => Indented(e, inner)))}{line}]",
            JsonValueKind.Array => $"[{string.Join(", ", json.EnumerateArray().Select(e => e.GetRawText()))}]",
            _ => json.GetRawText(),
        };
    }

    private static string Brief(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => string.Join(", ", json.EnumerateObject().OrderBy(p => p.Value.ValueKind is JsonValueKind.Object or JsonValueKind.Array).Select(p => $"{p.Name} {Part(p.Value)}")),
        _ => Part(json),
    };

    private static string Part(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => $"({json.EnumerateObject().Count()})",
        JsonValueKind.Array => $"({json.GetArrayLength()})",
        _ => json.ToString(),
    };

    private static string Of(TypedValue value, Func<JsonElement, string> write)
    {
        if (value.Is(Types.Long))
        {
            return value.As(Types.Long).ToString(CultureInfo.InvariantCulture);
        }

        try
        {
            using var json = JsonDocument.Parse(value.Bytes);
            return write(json.RootElement);
        }
        catch (JsonException)
        {
            return $"{value.Bytes.Length} bytes of {value.TypeName}";
        }
    }
}
