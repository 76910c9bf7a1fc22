using KinesisPatterns.Lambdas.Series;

namespace KinesisPatterns.Lambdas.SeriesCalculator;

/// <summary>A value on its way to the series store.</summary>
internal readonly record struct Point(SeriesKey Series, Sample Sample, IReadOnlyDictionary<string, string>? Tags);

/// <summary>The series store; writing a point again has no effect.</summary>
internal interface ISeriesStore
{
    /// <summary>Writes the points; the answer says of each whether it is stored.</summary>
    Task<bool[]> WriteAsync(IReadOnlyList<Point> points, CancellationToken cancellationToken);
}
