using System.Globalization;

namespace KinesisPatterns.Blueprints;

/// <summary>Options for a <see cref="TimeSeriesStack"/>.</summary>
public sealed class TimeSeriesStackProps : StackProps
{
    /// <summary>The folder that holds the published functions, one folder each.</summary>
    public string Functions { get; init; } = Path.Combine("artifacts", "functions");

    /// <summary>Which readings are accepted.</summary>
    public CleansingRules Rules { get; init; } = TimeSeriesRules.Default;

    /// <summary>The largest record devices may send: 1,024 to 10,240 KiB; null leaves Kinesis's own limit of 1,024.</summary>
    public Size? MaximumRecordSize { get; init; }

    /// <summary>The length of the windows over which statistics are kept.</summary>
    public Duration Window { get; init; } = Duration.Minutes(1);

    /// <summary>How long the table keeps windows.</summary>
    public Duration SeriesRetention { get; init; } = Duration.Days(30);

    /// <summary>Takes from the CDK context (<c>-c TimeSeries:maximumLatenessSeconds=3600</c>) what it names.</summary>
    public static TimeSeriesStackProps From(Node node) => new()
    {
        Rules = TimeSeriesRules.Default with
        {
            MaximumLateness = Seconds(node, "TimeSeries:maximumLatenessSeconds") ?? TimeSeriesRules.Default.MaximumLateness,
            MaximumAhead = Seconds(node, "TimeSeries:maximumAheadSeconds") ?? TimeSeriesRules.Default.MaximumAhead,
        },
    };

    private static Duration? Seconds(Node node, string key) => node.TryGetContext(key) switch
    {
        null => null,
        var value when double.TryParse($"{value}", CultureInfo.InvariantCulture, out var seconds) && seconds >= 0 =>
            Duration.Seconds(seconds),
        var value => throw new ArgumentException($"context {key}: expected seconds of 0 or more, got {value}"),
    };
}
