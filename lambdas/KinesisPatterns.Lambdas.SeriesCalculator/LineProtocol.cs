using System.Globalization;
using System.Text;

namespace KinesisPatterns.Lambdas.SeriesCalculator;

/// <summary>InfluxDB's line protocol (https://docs.influxdata.com/influxdb/v2/reference/syntax/line-protocol/).</summary>
internal static class LineProtocol
{
    // No metric's name has a colon.
    private const string Anomalies = "anomalies:detected";

    /// <summary>The point as a line with its time in milliseconds, and the anomaly, if it is one, as another.</summary>
    public static string Line(in Point point)
    {
        var line = new StringBuilder(Escape(point.Series.Metric, measurement: true));
        var tags = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in point.Tags ?? new Dictionary<string, string>())
        {
            tags[TagName(name)] = value;
        }

        tags["device"] = point.Series.Device;
        foreach (var (name, value) in tags)
        {
            var key = Escape(name, measurement: false);
            var text = Escape(value, measurement: false);
            if (key.Length > 0 && text.Length > 0)
            {
                line.Append(',').Append(key).Append('=').Append(text);
            }
        }

        line.Append(CultureInfo.InvariantCulture, $" value={point.Sample.Value:R}");
        if (point.Score is { } score)
        {
            line.Append(CultureInfo.InvariantCulture, $",score={score:R}");
        }

        line.Append(CultureInfo.InvariantCulture, $" {point.Sample.Time}");
        if (point.Anomaly is { } anomaly)
        {
            line.Append(CultureInfo.InvariantCulture, $"\n{Anomalies},device={Escape(point.Series.Device, measurement: false)}")
                .Append(CultureInfo.InvariantCulture, $",metric={Escape(point.Series.Metric, measurement: false)}")
                .Append(CultureInfo.InvariantCulture, $" score={anomaly.Score:R},value={anomaly.Value:R},expected={anomaly.Expected:R}")
                .Append(CultureInfo.InvariantCulture, $",reason=\"{Quoted(anomaly.Reason)}\" {anomaly.Time}");
        }

        return line.ToString();
    }

    /// <summary>
    /// A name or a tag's value with its separators escaped. What the protocol cannot say is changed: control characters
    /// become spaces, and a backslash at the end, which would escape the separator, goes.
    /// </summary>
    public static string Escape(string text, bool measurement)
    {
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

    private static string Quoted(string text) =>
        text.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal);

    // Names that InfluxDB keeps for itself, and our own.
    private static string TagName(string name) =>
        name is "time" or "device" or "_field" or "_measurement" ? name + "_" : name;
}
