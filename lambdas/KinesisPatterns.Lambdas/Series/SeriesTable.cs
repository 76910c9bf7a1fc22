using System.Globalization;

namespace KinesisPatterns.Lambdas.Series;

/// <summary>A metric of a device.</summary>
public readonly record struct SeriesKey(string Device, string Metric);

/// <summary>The keys and attributes of the table "Series" (docs/time-series.md).</summary>
public static class SeriesTable
{
    /// <summary>Partition key.</summary>
    public const string Device = "device";

    /// <summary>Sort key.</summary>
    public const string Item = "item";

    /// <summary>What the sort keys of latest values start with.</summary>
    public const string LatestPrefix = "latest#";

    /// <summary>The greatest magnitude that a value, and whatever is computed of values, may have as a number of DynamoDB.</summary>
    public const double LargestValue = 1e120;

    /// <summary>The sort key of a metric's latest value.</summary>
    public static string LatestItem(string metric) => LatestPrefix + metric;

    /// <summary>The sort key of a metric's anomaly detector.</summary>
    public static string DetectorItem(string metric) => $"detector#{metric}";

    /// <summary>The sort key of a window, which sorts as the windows do.</summary>
    public static string WindowItem(string metric, long start) => $"window#{metric}#{Timestamps.Text(start)}";

    /// <summary>The start of the window that a time lies in.</summary>
    public static long WindowStart(long time, long window) => time - (((time % window) + window) % window);

    /// <summary>
    /// A number as DynamoDB takes it; magnitudes that are too small for it are zero
    /// (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html).
    /// </summary>
    public static string Number(double value) => Math.Abs(value) < 1e-129 ? "0" : value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>The number that <see cref="Number"/> has written.</summary>
    public static double Parse(string number) => double.Parse(number, NumberStyles.Float, CultureInfo.InvariantCulture);
}
