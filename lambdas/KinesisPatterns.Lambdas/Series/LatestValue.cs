namespace KinesisPatterns.Lambdas.Series;

/// <summary>The latest value of a series with the statistics of the window that ends with it.</summary>
/// <param name="Time">The reading's time.</param>
/// <param name="Value">The reading's value.</param>
/// <param name="Rate">The change per second since the reading before; null when there is none near.</param>
/// <param name="Trailing">The statistics of the readings less than a window's length before, and of this one.</param>
public sealed record LatestValue(long Time, double Value, double? Rate, SeriesStatistics Trailing)
{
    /// <summary>How unusual the reading is, 0 to 1; null when it has no score.</summary>
    public double? Score { get; init; }

    /// <summary>The latest value of the two windows' samples, which follow each other.</summary>
    /// <param name="previous">The samples of the window before; may be empty.</param>
    /// <param name="current">The samples of the window that the latest lies in; at least one.</param>
    /// <param name="window">The length of a window in milliseconds.</param>
    public static LatestValue Of(ReadOnlySpan<Sample> previous, ReadOnlySpan<Sample> current, long window)
    {
        var latest = current[^1];
        var first = previous.Length;
        while (first > 0 && previous[first - 1].Time > latest.Time - window)
        {
            first--;
        }

        Sample[] trailing = [.. previous[first..], .. current];
        Sample? before = current.Length > 1 ? current[^2] : previous.IsEmpty ? null : previous[^1];
        var rate = before is { } sample ? (latest.Value - sample.Value) / ((latest.Time - sample.Time) / 1000.0) : (double?)null;
        return new(latest.Time, latest.Value, rate, SeriesStatistics.Of(trailing));
    }
}
