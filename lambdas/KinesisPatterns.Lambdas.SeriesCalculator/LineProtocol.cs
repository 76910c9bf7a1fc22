using System.Buffers;
using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace KinesisPatterns.Lambdas.SeriesCalculator;

/// <summary>InfluxDB's line protocol (https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/).</summary>
internal static class LineProtocol
{
    // No metric's name has a colon.
    private const string Anomalies = "anomalies:detected";

    // The longest a number is: -1.7976931348623157E+308.
    private const int LongestNumber = 32;

    private static readonly SearchValues<char> Special = SearchValues.Create(
        [',', ' ', '=', '\\', .. Enumerable.Range(0, 0x20).Select(code => (char)code), .. Enumerable.Range(0x7F, 0x21).Select(code => (char)code)]);

    /// <summary>The point as a line with its time in milliseconds, and the anomaly, if it is one, as another.</summary>
    public static string Line(in Point point)
    {
        var text = new ArrayBufferWriter<byte>();
        Write(text, point);
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    /// <inheritdoc cref="Line"/>
    public static void Write(IBufferWriter<byte> text, in Point point)
    {
        Name(text, point.Series.Metric, measurement: true);
        WriteTags(text, point);
        text.Write(" value="u8);
        Number(text, point.Sample.Value);
        if (point.Score is { } score)
        {
            text.Write(",score="u8);
            Number(text, score);
        }

        text.Write(" "u8);
        Number(text, point.Sample.Time);
        if (point.Anomaly is { } anomaly)
        {
            text.Write("\n"u8);
            Name(text, Anomalies, measurement: true);
            Tag(text, "device", point.Series.Device);
            Tag(text, "metric", point.Series.Metric);
            text.Write(" score="u8);
            Number(text, anomaly.Score);
            text.Write(",value="u8);
            Number(text, anomaly.Value);
            text.Write(",expected="u8);
            Number(text, anomaly.Expected);
            text.Write(",reason=\""u8);
            Encoding.UTF8.GetBytes(Quoted(anomaly.Reason), text);
            text.Write("\" "u8);
            Number(text, anomaly.Time);
        }
    }

    /// <summary>
    /// A name or a tag's value with its separators escaped. What the protocol cannot say is changed: control characters
    /// become spaces, and a backslash at the end, which would escape the separator, goes.
    /// </summary>
    public static string Escape(string text, bool measurement)
    {
        if (text.AsSpan().IndexOfAny(Special) < 0)
        {
            return text;
        }

        var escaped = new StringBuilder(text.Length + 8);
        foreach (var character in text.TrimEnd('\\'))
        {
            var plain = char.IsControl(character) ? ' ' : character;
            if (plain is ',' or ' ' || (plain == '=' && !measurement))
            {
                escaped.Append('\\');
            }

            escaped.Append(plain);
        }

        return escaped.ToString();
    }

    private static void WriteTags(IBufferWriter<byte> text, in Point point)
    {
        if (point.Tags is not { Count: > 0 } metadata)
        {
            Tag(text, "device", point.Series.Device);
            return;
        }

        var tags = ArrayPool<KeyValuePair<string, string>>.Shared.Rent(metadata.Count + 1);
        var count = 0;
        foreach (var (name, value) in metadata)
        {
            tags[count++] = new(TagName(name), value);
        }

        tags[count++] = new("device", point.Series.Device);
        var sorted = tags.AsSpan(0, count);
        sorted.Sort(static (one, other) => string.CompareOrdinal(one.Key, other.Key));
        for (var index = 0; index < count; index++)
        {
            // Two names that became one: a tag can be there once.
            if (index == count - 1 || sorted[index].Key != sorted[index + 1].Key)
            {
                Tag(text, sorted[index].Key, sorted[index].Value);
            }
        }

        ArrayPool<KeyValuePair<string, string>>.Shared.Return(tags, clearArray: true);
    }

    private static void Tag(IBufferWriter<byte> text, string name, string value)
    {
        var key = Escape(name, measurement: false);
        var escaped = Escape(value, measurement: false);
        if (key.Length > 0 && escaped.Length > 0)
        {
            text.Write(","u8);
            Encoding.UTF8.GetBytes(key, text);
            text.Write("="u8);
            Encoding.UTF8.GetBytes(escaped, text);
        }
    }

    private static void Name(IBufferWriter<byte> text, string name, bool measurement) =>
        Encoding.UTF8.GetBytes(Escape(name, measurement), text);

    private static void Number(IBufferWriter<byte> text, double value)
    {
        value.TryFormat(text.GetSpan(LongestNumber), out var length, "R", CultureInfo.InvariantCulture);
        text.Advance(length);
    }

    private static void Number(IBufferWriter<byte> text, long value)
    {
        Utf8Formatter.TryFormat(value, text.GetSpan(LongestNumber), out var length);
        text.Advance(length);
    }

    private static string Quoted(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);

    // Names that InfluxDB keeps for itself, and our own.
    private static string TagName(string name) =>
        name is "time" or "device" or "_field" or "_measurement" ? name + "_" : name;
}
