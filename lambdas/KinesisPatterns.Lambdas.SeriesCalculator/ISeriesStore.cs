using KinesisPatterns.Anomalies;
using KinesisPatterns.Lambdas.Series;

namespace KinesisPatterns.Lambdas.SeriesCalculator;

/// <summary>A value on its way to the series store.</summary>
/// <param name="Series">Its series.</param>
/// <param name="Sample">Time and value.</param>
/// <param name="Tags">What is known of the device.</param>
/// <param name="Score">How unusual it is, 0 to 1; null when it has no score.</param>
/// <param name="Anomaly">What is to be stored of it in the measurement <c>anomalies:detected</c>; null when it is none.</param>
internal readonly record struct Point(
    SeriesKey Series, Sample Sample, IReadOnlyDictionary<string, string>? Tags, double? Score = null, Assessment? Anomaly = null);

/// <summary>The series store; writing a point again has no effect.</summary>
internal interface ISeriesStore
{
    /// <summary>Writes the points; the answer says of each whether it is stored.</summary>
    Task<bool[]> WriteAsync(IReadOnlyList<Point> points, CancellationToken cancellationToken);
}
