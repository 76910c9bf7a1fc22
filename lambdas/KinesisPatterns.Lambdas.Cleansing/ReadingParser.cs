using System.Buffers;
using System.Text.Json;

namespace KinesisPatterns.Lambdas.Cleansing;

/// <summary>Reads a reading from its JSON, and says what is wrong with it when it is none.</summary>
internal sealed class ReadingParser
{
    private const int LongestDevice = 128;
    private const int LongestMetric = 64;
    private const int LongestUnit = 64;

    private static readonly SearchValues<byte> DeviceCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-"u8);

    private static readonly SearchValues<byte> MetricCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-"u8);

    private static readonly SearchValues<byte> UnitCharacters =
        SearchValues.Create([.. Enumerable.Range(0x20, 0xE0).Select(value => (byte)value)]);

    private readonly Names _names = new();

    /// <summary>Null when <paramref name="json"/> is a reading, else what is wrong; device and metric are set if they could be read
    /// from a JSON object.</summary>
    public string? Parse(ReadOnlySpan<byte> json, out Reading reading)
    {
        reading = default;
        if (json.IsEmpty)
        {
            return "the payload is empty";
        }

        if (!System.Text.Unicode.Utf8.IsValid(json))
        {
            return "the payload is no UTF-8";
        }

        try
        {
            return ParseObject(json, ref reading);
        }
        catch (JsonException exception)
        {
            reading = default;
            return $"the payload is no JSON: {exception.Message}";
        }
        catch (InvalidOperationException exception)
        {
            // A string that is no UTF-8 or has half of a surrogate pair.
            reading = default;
            return $"the payload is no JSON: {exception.Message}";
        }
    }

    private string? ParseObject(ReadOnlySpan<byte> json, ref Reading reading)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            return "expected a JSON object";
        }

        // The first problem counts, but the rest is read too: a rejected reading names its device where it can.
        string? problem = null;
        bool hasTime = false, hasValue = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("device"u8))
            {
                reader.Read();
                reading.Device = Text(ref reader, DeviceCharacters, LongestDevice);
                problem ??= reading.Device is null ? "device: expected 1 to 128 characters of A-Z a-z 0-9 . _ : -" : null;
            }
            else if (reader.ValueTextEquals("metric"u8))
            {
                reader.Read();
                reading.Metric = Text(ref reader, MetricCharacters, LongestMetric);
                problem ??= reading.Metric is null ? "metric: expected 1 to 64 characters of A-Z a-z 0-9 . _ -" : null;
            }
            else if (reader.ValueTextEquals("time"u8))
            {
                reader.Read();
                hasTime = Time(ref reader, out reading.Time);
                problem ??= hasTime ? null : "time: expected ISO 8601 with an offset, or milliseconds since 1970";
            }
            else if (reader.ValueTextEquals("value"u8))
            {
                reader.Read();
                hasValue = reader.TokenType == JsonTokenType.Number && reader.TryGetDouble(out reading.Value)
                    && double.IsFinite(reading.Value);
                problem ??= hasValue ? null : "value: expected a finite number";
            }
            else if (reader.ValueTextEquals("unit"u8))
            {
                reader.Read();
                var isNull = reader.TokenType == JsonTokenType.Null;
                reading.Unit = isNull ? null : Text(ref reader, UnitCharacters, LongestUnit);
                problem ??= reading.Unit is null && !isNull ? "unit: expected 1 to 64 bytes of text" : null;
            }
            else
            {
                reader.Skip();
            }
        }

        // Whatever follows the object makes it no JSON.
        reader.Read();
        return problem ?? (reading, hasTime, hasValue) switch
        {
            ({ Device: null }, _, _) => "device is missing",
            ({ Metric: null }, _, _) => "metric is missing",
            (_, false, _) => "time is missing",
            (_, _, false) => "value is missing",
            _ => null,
        };
    }

    private string? Text(ref Utf8JsonReader reader, SearchValues<byte> allowed, int longest)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            reader.Skip();
            return null;
        }

        if (!reader.ValueIsEscaped)
        {
            return Known(reader.ValueSpan, allowed, longest);
        }

        if (reader.ValueSpan.Length > longest * 6)
        {
            return null;
        }

        Span<byte> text = stackalloc byte[LongestDevice * 6];
        return Known(text[..reader.CopyString(text)], allowed, longest);
    }

    private string? Known(ReadOnlySpan<byte> text, SearchValues<byte> allowed, int longest) =>
        !System.Text.Ascii.IsValid(text)
            ? allowed == UnitCharacters && text.Length <= longest && System.Text.Unicode.Utf8.IsValid(text)
                ? System.Text.Encoding.UTF8.GetString(text)
                : null
            : _names.Get(text, allowed, longest);

    private static bool Time(ref Utf8JsonReader reader, out long time)
    {
        time = 0;
        switch (reader.TokenType)
        {
            case JsonTokenType.Number:
                return reader.TryGetInt64(out time) && time is >= Timestamps.Minimum and <= Timestamps.Maximum;
            case JsonTokenType.String when !reader.ValueIsEscaped:
                return Timestamps.TryParse(reader.ValueSpan, out time);
            case JsonTokenType.String when reader.ValueSpan.Length <= 64 * 6:
                Span<byte> text = stackalloc byte[64 * 6];
                return Timestamps.TryParse(text[..reader.CopyString(text)], out time);
            default:
                reader.Skip();
                return false;
        }
    }
}
