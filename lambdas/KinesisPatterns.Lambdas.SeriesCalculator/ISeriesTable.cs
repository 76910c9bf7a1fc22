using KinesisPatterns.Lambdas.Series;

namespace KinesisPatterns.Lambdas.SeriesCalculator;

/// <summary>A window of a series as it is stored.</summary>
/// <param name="Start">Milliseconds since the epoch.</param>
/// <param name="Samples">Its samples, sorted by time.</param>
/// <param name="Version">How often it was written; 0 when it is not stored.</param>
/// <param name="Unit">The unit of its values.</param>
internal sealed record SeriesWindow(long Start, Sample[] Samples, long Version, string? Unit);

/// <summary>The table "Series".</summary>
internal interface ISeriesTable
{
    /// <summary>The window as it is now; null when it is not stored.</summary>
    Task<SeriesWindow?> LoadAsync(SeriesKey series, long start, CancellationToken cancellationToken);

    /// <summary>The windows that start in [<paramref name="from"/>, <paramref name="to"/>), oldest first.</summary>
    Task<IReadOnlyList<SeriesWindow>> LoadRangeAsync(SeriesKey series, long from, long to, CancellationToken cancellationToken);

    /// <summary>
    /// Stores the window under its version if the stored one is the version before; false when somebody else was faster.
    /// </summary>
    Task<bool> SaveAsync(SeriesKey series, SeriesWindow window, CancellationToken cancellationToken);

    /// <summary>
    /// Stores the latest value unless the stored one is newer, or as new and made of more readings. The answer is the time
    /// of the one stored now.
    /// </summary>
    Task<long> SaveLatestAsync(
        SeriesKey series, LatestValue latest, CleansedReading reading, CancellationToken cancellationToken);

    /// <summary>The series' detector as it was stored last; null when it never was.</summary>
    Task<DetectorSnapshot?> LoadDetectorAsync(SeriesKey series, CancellationToken cancellationToken);

    /// <summary>
    /// Stores the detector, which has taken readings up to <paramref name="last"/>, if the stored one is the version before; false when
    /// somebody else was faster.
    /// </summary>
    Task<bool> SaveDetectorAsync(SeriesKey series, DetectorSnapshot snapshot, long last, CancellationToken cancellationToken);
}
