using System.Globalization;

namespace KinesisPatterns.Cli;

/// <summary>A row of a series: its fields as they were written, and as they are meant unless there is a problem.</summary>
internal readonly record struct SeriesRow(string TimeText, string ValueText, long Time, double Value, string? Problem);

/// <summary>Where a CSV file has a reading's time and value.</summary>
internal sealed class SeriesColumns
{
    // Seconds since 1970 up to the year 5138; what is greater are milliseconds.
    private const double MostSeconds = 1e11;

    private readonly int _time;
    private readonly int _value;

    private SeriesColumns(int time, int value) => (_time, _value) = (time, value);

    /// <summary>The columns by the header; null when one is missing.</summary>
    public static SeriesColumns? Of(string? header)
    {
        var names = (header ?? "").Split(',').Select(Plain).ToList();
        var columns = new SeriesColumns(Find("timestamp"), Find("value"));
        return columns._time < 0 || columns._value < 0 ? null : columns;

        int Find(string name) => names.FindIndex(n => n.Equals(name, StringComparison.OrdinalIgnoreCase));
    }

    public SeriesRow Read(string line)
    {
        var fields = line.Split(',');
        var time = _time < fields.Length ? Plain(fields[_time]) : "";
        var value = _value < fields.Length ? Plain(fields[_value]) : "";
        var milliseconds = 0L;
        var number = 0.0;
        var problem = !TryTime(time, out milliseconds) ? $"expected a time, got '{time}'"
            : !double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out number) || !double.IsFinite(number)
                ? $"expected a finite number, got '{value}'"
                : null;
        return new(time, value, milliseconds, number, problem);
    }

    // "2014-04-01 00:00:00" without an offset is UTC.
    private static bool TryTime(string text, out long milliseconds)
    {
        milliseconds = 0;
        if (double.TryParse(text, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var epoch))
        {
            var exact = Math.Abs(epoch) < MostSeconds ? epoch * 1_000 : epoch;
            milliseconds = (long)Math.Round(Math.Clamp(exact, -6e13, 2.5e14));
            return true;
        }

        if (!DateTimeOffset.TryParse(
            text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
        {
            return false;
        }

        milliseconds = time.ToUnixTimeMilliseconds();
        return true;
    }

    private static string Plain(string field) => field.Trim().Trim('"').Trim('\uFEFF');
}
