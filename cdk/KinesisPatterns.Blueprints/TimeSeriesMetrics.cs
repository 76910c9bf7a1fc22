using Amazon.CDK.AWS.CloudWatch;

namespace KinesisPatterns.Blueprints;

/// <summary>The parts of the TimeSeries blueprint whose metrics its dashboards show.</summary>
public sealed record TimeSeriesMetrics
{
    /// <summary>Raw readings.</summary>
    public required DataStream Readings { get; init; }

    /// <summary>Cleansed readings.</summary>
    public required DataStream Cleansed { get; init; }

    /// <summary>Rejected readings.</summary>
    public required DataStream Rejected { get; init; }

    /// <summary>Counts readings by what became of them: <c>Accepted</c>, <c>Rejected</c>, <c>RejectedLate</c> and so
    /// on.</summary>
    public required Func<string, IMetric> Outcome { get; init; }

    /// <summary>The functions that read streams, by what they are called.</summary>
    public required IReadOnlyDictionary<string, StreamFunction> Functions { get; init; }

    /// <summary>The function that writes the series.</summary>
    public required StreamFunction Calculator { get; init; }

    /// <summary>The Flink job that cleanses; null where a function does.</summary>
    public FlinkApplication? Job { get; init; }

    /// <summary>The archives, by what they hold.</summary>
    public required IReadOnlyDictionary<string, Archive> Archives { get; init; }

    /// <summary>The query API.</summary>
    public required QueryApi Query { get; init; }
}
