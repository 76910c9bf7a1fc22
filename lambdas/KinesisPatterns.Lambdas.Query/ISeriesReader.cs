using KinesisPatterns.Lambdas.Series;

namespace KinesisPatterns.Lambdas.Query;

/// <summary>A window as it is stored.</summary>
internal sealed record StoredWindow(long Start, Sample[] Samples, string? Unit);

/// <summary>The table "Series", to read.</summary>
internal interface ISeriesReader
{
    /// <summary>The latest value of every metric of the device.</summary>
    Task<IReadOnlyList<LatestAnswer>> LatestAsync(string device);

    /// <summary>The latest value of the series; null when there is none.</summary>
    Task<LatestAnswer?> LatestAsync(SeriesKey series);

    /// <summary>The windows that start in [<paramref name="from"/>, <paramref name="to"/>), oldest first, read as they are asked for.</summary>
    IAsyncEnumerable<StoredWindow> WindowsAsync(SeriesKey series, long from, long to);
}
