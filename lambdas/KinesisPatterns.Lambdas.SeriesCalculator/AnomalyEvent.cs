using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using KinesisPatterns.Anomalies;
using KinesisPatterns.Lambdas.Series;

namespace KinesisPatterns.Lambdas.SeriesCalculator;

/// <summary>An anomaly, as it is told to those who wait for one (docs/time-series.md).</summary>
internal sealed record AnomalyEvent(SeriesKey Series, Assessment Assessment, string? Unit, IReadOnlyDictionary<string, string>? Tags)
{
    /// <summary>The same whenever the same anomaly is told of again.</summary>
    public string Id => string.Create(CultureInfo.InvariantCulture, $"{Series.Device}/{Series.Metric}/{Assessment.Time}");

    /// <summary>The detail of the event, JSON.</summary>
    public string Detail()
    {
        var buffer = new ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("id"u8, Id);
            writer.WriteString("device"u8, Series.Device);
            writer.WriteString("metric"u8, Series.Metric);
            writer.WriteString("time"u8, Timestamps.Text(Assessment.Time));
            writer.WriteNumber("value"u8, Assessment.Value);
            writer.WriteNumber("expected"u8, Legible(Assessment.Expected));
            writer.WriteNumber("score"u8, Legible(Assessment.Score));
            writer.WriteString("reason"u8, Assessment.Reason);
            writer.WriteString("unit"u8, Unit ?? "");
            writer.WriteStartObject("tags"u8);
            foreach (var (name, value) in Tags ?? new Dictionary<string, string>())
            {
                writer.WriteString(name, value);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    // People read it: six digits are enough.
    private static double Legible(double value) =>
        double.Parse(value.ToString("G6", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
}

/// <summary>Where anomalies are told.</summary>
internal interface IAnomalyAlerts
{
    /// <summary>Tells of the anomalies, perhaps not for the first time; the answer says of each what went wrong, null when nothing did.</summary>
    Task<string?[]> PublishAsync(IReadOnlyList<AnomalyEvent> anomalies, CancellationToken cancellationToken);
}
