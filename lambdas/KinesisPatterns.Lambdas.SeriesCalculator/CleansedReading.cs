using System.Text.Json;
using KinesisPatterns.Lambdas.Series;

namespace KinesisPatterns.Lambdas.SeriesCalculator;

/// <summary>A reading of the stream "Cleansed".</summary>
internal sealed record CleansedReading(
    SeriesKey Series, Sample Sample, string? Unit, IReadOnlyDictionary<string, string>? Tags)
{
    /// <summary>Reads the reading; fails when it is none, or has a value that the table cannot hold.</summary>
    public static CleansedReading Parse(ReadOnlySpan<byte> json)
    {
        string? device = null, metric = null, unit = null;
        long? time = null;
        double? value = null;
        Dictionary<string, string>? tags = null;

        var reader = new Utf8JsonReader(json);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
        {
            throw new FormatException("reading: expected a JSON object.");
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString();
            reader.Read();
            switch (name)
            {
                case "device":
                    device = reader.GetString();
                    break;
                case "metric":
                    metric = reader.GetString();
                    break;
                case "unit":
                    unit = reader.GetString();
                    break;
                case "time" when Timestamps.TryParse(reader.ValueSpan, out var parsed):
                    time = parsed;
                    break;
                case "value":
                    value = reader.GetDouble();
                    break;
                case "tags":
                    tags = ReadTags(ref reader);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (device is not { Length: > 0 } || metric is not { Length: > 0 } || time is null || value is null)
        {
            throw new FormatException("reading: expected device, metric, time and value.");
        }

        return Math.Abs(value.Value) <= SeriesTable.LargestValue
            ? new(new(device, metric), new(time.Value, value.Value), unit, tags)
            : throw new FormatException($"reading: expected a value of at most {SeriesTable.LargestValue}, got {value}.");
    }

    private static Dictionary<string, string> ReadTags(ref Utf8JsonReader reader)
    {
        var tags = new Dictionary<string, string>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            reader.Read();
            tags[name] = reader.GetString() ?? "";
        }

        return tags;
    }
}
