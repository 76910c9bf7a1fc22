using System.Globalization;

namespace KinesisPatterns.Lambdas;

/// <summary>Times as milliseconds since 1970-01-01T00:00:00Z, and their text <c>yyyy-MM-ddTHH:mm:ss.fffZ</c>.</summary>
public static class Timestamps
{
    /// <summary>The earliest time: 0001-01-01T00:00:00.000Z.</summary>
    public const long Minimum = -62_135_596_800_000;

    /// <summary>The latest time: 9999-12-31T23:59:59.999Z.</summary>
    public const long Maximum = 253_402_300_799_999;

    /// <summary>Length of a time's text.</summary>
    public const int TextLength = 24;

    private const long MillisecondsOfDay = 86_400_000;

    /// <summary>The time as text, which sorts as the times do.</summary>
    public static string Text(long time) => string.Create(TextLength, time, static (characters, value) =>
    {
        Span<byte> text = stackalloc byte[TextLength];
        Write(value, text);
        for (var index = 0; index < TextLength; index++)
        {
            characters[index] = (char)text[index];
        }
    });

    /// <summary>Writes the time's text.</summary>
    public static void Write(long time, Span<byte> text)
    {
        var (date, ofDay) = Math.DivRem(time - Minimum, MillisecondsOfDay);
        var day = DateOnly.FromDayNumber((int)date);
        "0000-00-00T00:00:00.000Z"u8.CopyTo(text);
        Digits(text[..4], day.Year);
        Digits(text[5..7], day.Month);
        Digits(text[8..10], day.Day);
        Digits(text[11..13], (int)(ofDay / 3_600_000));
        Digits(text[14..16], (int)(ofDay / 60_000 % 60));
        Digits(text[17..19], (int)(ofDay / 1000 % 60));
        Digits(text[20..23], (int)(ofDay % 1000));
    }

    /// <summary>Reads ISO 8601 with an offset or <c>Z</c>; more digits than milliseconds are cut off.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out long time)
    {
        time = 0;
        if (text.Length < 17 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':'
            || !Number(text[..4], out var year) || !Number(text[5..7], out var month) || !Number(text[8..10], out var day)
            || !Number(text[11..13], out var hour) || !Number(text[14..16], out var minute)
            || year < 1 || month is < 1 or > 12 || day < 1 || day > DateTime.DaysInMonth(year, month) || hour > 23 || minute > 59)
        {
            return false;
        }

        var rest = text[16..];
        if (!Seconds(ref rest, out var milliseconds) || !Offset(rest, out var offset))
        {
            return false;
        }

        var days = new DateOnly(year, month, day).DayNumber;
        time = Minimum + (days * MillisecondsOfDay) + (((hour * 60) + minute - offset) * 60_000L) + milliseconds;
        return time is >= Minimum and <= Maximum;
    }

    /// <summary>Reads a time as <see cref="TryParse(ReadOnlySpan{byte}, out long)"/> does, or whole milliseconds.</summary>
    public static bool TryParse(string text, out long time)
    {
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out time))
        {
            return time is >= Minimum and <= Maximum;
        }

        Span<byte> bytes = stackalloc byte[64];
        return System.Text.Ascii.FromUtf16(text.AsSpan(0, Math.Min(text.Length, 65)), bytes, out var length)
            == System.Buffers.OperationStatus.Done && TryParse(bytes[..length], out time);
    }

    private static bool Seconds(ref ReadOnlySpan<byte> rest, out int milliseconds)
    {
        milliseconds = 0;
        if (rest.IsEmpty || rest[0] != ':')
        {
            return true;
        }

        if (rest.Length < 3 || !Number(rest[1..3], out var seconds) || seconds > 59)
        {
            return false;
        }

        milliseconds = seconds * 1000;
        rest = rest[3..];
        if (rest.IsEmpty || rest[0] is not ((byte)'.' or (byte)','))
        {
            return true;
        }

        var digits = 1;
        for (var weight = 100; digits < rest.Length && char.IsAsciiDigit((char)rest[digits]); digits++, weight /= 10)
        {
            milliseconds += (rest[digits] - '0') * weight;
        }

        rest = rest[digits..];
        return digits > 1;
    }

    private static bool Offset(ReadOnlySpan<byte> rest, out int minutes)
    {
        minutes = 0;
        if (rest is [(byte)'Z'])
        {
            return true;
        }

        if (rest is not [(byte)'+' or (byte)'-', _, _, ..]
            || rest is not [_, _, _] and not [_, _, _, _, _] and not [_, _, _, (byte)':', _, _]
            || !Number(rest[1..3], out var hours))
        {
            return false;
        }

        var tail = rest.Length == 6 ? rest[4..] : rest[3..];
        if (!tail.IsEmpty && !Number(tail, out minutes))
        {
            return false;
        }

        if (hours > 23 || minutes > 59)
        {
            return false;
        }

        minutes += hours * 60;
        minutes = rest[0] == '-' ? -minutes : minutes;
        return true;
    }

    private static bool Number(ReadOnlySpan<byte> digits, out int value)
    {
        value = 0;
        foreach (var digit in digits)
        {
            if (!char.IsAsciiDigit((char)digit))
            {
                return false;
            }

            value = (value * 10) + digit - '0';
        }

        return true;
    }

    private static void Digits(Span<byte> text, int value)
    {
        for (var index = text.Length - 1; index >= 0; index--, value /= 10)
        {
            text[index] = (byte)('0' + (value % 10));
        }
    }
}
