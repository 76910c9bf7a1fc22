using System.Globalization;
using System.Text;

namespace KinesisPatterns.Local.Timestream;

/// <summary>One field of a point.</summary>
/// <param name="Measurement">What was measured.</param>
/// <param name="Tags">The tags, sorted by key, joined as <c>key=value</c>, unescaped.</param>
/// <param name="Field">The field's key.</param>
/// <param name="Value">The number (an integer or a truth value as a number too).</param>
/// <param name="Nanoseconds">Since 1970-01-01T00:00:00Z.</param>
/// <param name="Text">The text, when the field is one.</param>
internal readonly record struct Point(
    string Measurement, Tags Tags, string Field, double Value, long Nanoseconds, string? Text = null);

/// <summary>The tags of a series, comparable as a whole.</summary>
internal sealed record Tags(IReadOnlyList<KeyValuePair<string, string>> Pairs, string Text)
{
    public string? this[string key] => Pairs.FirstOrDefault(p => p.Key == key).Value;

    public bool Equals(Tags? other) => Text == other?.Text;

    public override int GetHashCode() => Text.GetHashCode(StringComparison.Ordinal);
}

/// <summary>InfluxDB's line protocol.</summary>
/// <remarks>https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/</remarks>
internal static class LineProtocol
{
    /// <summary>The points of a line; a line that is none is a <see cref="FormatException"/>.</summary>
    public static IEnumerable<Point> Parse(string line, long nanosecondsPerUnit, Func<long> now)
    {
        var parts = Split(line, ' ', quotes: true);
        if (parts.Count is < 2 or > 3)
        {
            throw new FormatException("expected 'measurement[,tags] fields [timestamp]'");
        }

        var head = Split(parts[0], ',', quotes: false);
        var pairs = head.Skip(1).Select(Pair).OrderBy(t => t.Key, StringComparer.Ordinal).ToList();
        var tags = new Tags(pairs, string.Join(',', pairs.Select(t => $"{t.Key}={t.Value}")));
        var time = parts.Count == 3 ? checked(Whole(parts[2]) * nanosecondsPerUnit) : now();
        var measurement = Unescape(head[0]);
        if (measurement.Length == 0)
        {
            throw new FormatException("missing measurement");
        }

        return
        [
            .. Split(parts[1], ',', quotes: true).Select(f => RawPair(f)).Select(f => IsText(f.Value)
                ? new Point(measurement, tags, f.Key, 0, time, Unquoted(f.Value))
                : new Point(measurement, tags, f.Key, Number(f.Value), time)),
        ];
    }

    private static KeyValuePair<string, string> Pair(string text)
    {
        var (key, value) = RawPair(text);
        return new(key, Unescape(value));
    }

    private static KeyValuePair<string, string> RawPair(string text)
    {
        var at = 0;
        while (at < text.Length && text[at] != '=')
        {
            at += text[at] == '\\' ? 2 : 1;
        }

        return at > 0 && at < text.Length - 1
            ? new(Unescape(text[..at]), text[(at + 1)..])
            : throw new FormatException($"expected 'key=value', got '{text}'");
    }

    private static bool IsText(string value) => value is ['"', .., '"'] and { Length: > 1 };

    // In a text, quotes and backslashes are escaped, and nothing else.
    private static string Unquoted(string text)
    {
        var plain = new StringBuilder(text.Length);
        for (var i = 1; i < text.Length - 1; i++)
        {
            i += text[i] == '\\' && text[i + 1] is '"' or '\\' && i + 1 < text.Length - 1 ? 1 : 0;
            plain.Append(text[i]);
        }

        return plain.ToString();
    }

    private static double Number(string text) => text switch
    {
        "t" or "T" or "true" or "True" or "TRUE" => 1,
        "f" or "F" or "false" or "False" or "FALSE" => 0,
        [.. var digits, 'i' or 'u'] => Whole(digits),
        _ => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number
            : throw new FormatException($"invalid number '{text}'"),
    };

    private static long Whole(string text) =>
        long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new FormatException($"invalid whole number '{text}'");

    private static List<string> Split(string text, char separator, bool quotes)
    {
        var parts = new List<string>();
        var start = 0;
        var quoted = false;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\')
            {
                i++;
            }
            else if (quotes && text[i] == '"')
            {
                quoted = !quoted;
            }
            else if (text[i] == separator && !quoted)
            {
                parts.Add(text[start..i]);
                start = i + 1;
            }
        }

        parts.Add(text[start..]);
        return parts;
    }

    // A backslash stands for itself unless what follows is special.
    private static string Unescape(string text)
    {
        if (!text.Contains('\\', StringComparison.Ordinal))
        {
            return text;
        }

        var plain = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '\\' && i + 1 < text.Length && text[i + 1] is (',' or '=' or ' '))
            {
                continue;
            }

            plain.Append(text[i]);
        }

        return plain.ToString();
    }
}
