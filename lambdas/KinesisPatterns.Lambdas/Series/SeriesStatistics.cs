namespace KinesisPatterns.Lambdas.Series;

/// <summary>What a set of samples amounts to: a function of the set alone, whatever order its samples came in.</summary>
public sealed record SeriesStatistics
{
    /// <summary>How many samples.</summary>
    public required int Count { get; init; }

    /// <summary>Their sum.</summary>
    public required double Sum { get; init; }

    /// <summary>Their arithmetic mean.</summary>
    public required double Mean { get; init; }

    /// <summary>Their standard deviation, as that of a whole population.</summary>
    public required double Deviation { get; init; }

    /// <summary>The least value.</summary>
    public required double Minimum { get; init; }

    /// <summary>The greatest value.</summary>
    public required double Maximum { get; init; }

    /// <summary>The earliest value.</summary>
    public required double First { get; init; }

    /// <summary>The latest value.</summary>
    public required double Last { get; init; }

    /// <summary>The median; quantiles lie between the two nearest values in proportion.</summary>
    public required double P50 { get; init; }

    /// <summary>What nine of ten values do not exceed.</summary>
    public required double P90 { get; init; }

    /// <summary>What 99 of 100 values do not exceed.</summary>
    public required double P99 { get; init; }

    /// <summary>The statistics of at least one sample, sorted by time.</summary>
    public static SeriesStatistics Of(ReadOnlySpan<Sample> samples)
    {
        if (samples.IsEmpty)
        {
            throw new ArgumentException("samples: expected at least one, got none.", nameof(samples));
        }

        var values = new double[samples.Length];
        for (var index = 0; index < values.Length; index++)
        {
            values[index] = samples[index].Value;
        }

        var sum = Total(values);
        var mean = sum / values.Length;
        var squares = new double[values.Length];
        for (var index = 0; index < values.Length; index++)
        {
            squares[index] = (values[index] - mean) * (values[index] - mean);
        }

        Array.Sort(values);
        return new()
        {
            Count = values.Length,
            Sum = sum,
            Mean = Math.Clamp(mean, values[0], values[^1]),
            Deviation = Math.Sqrt(Total(squares) / values.Length),
            Minimum = values[0],
            Maximum = values[^1],
            First = samples[0].Value,
            Last = samples[^1].Value,
            P50 = Quantile(values, 0.5),
            P90 = Quantile(values, 0.9),
            P99 = Quantile(values, 0.99),
        };
    }

    private static double Quantile(ReadOnlySpan<double> sorted, double share)
    {
        var place = (sorted.Length - 1) * share;
        var below = (int)place;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return Math.Clamp(
            sorted[below] + ((sorted[above] - sorted[below]) * (place - below)), sorted[below], sorted[above]);
    }

    // Neumaier's summation: what is lost in one step is added at the end.
    private static double Total(ReadOnlySpan<double> values)
    {
        var (sum, lost) = (0.0, 0.0);
        foreach (var value in values)
        {
            var next = sum + value;
            lost += Math.Abs(sum) >= Math.Abs(value) ? sum - next + value : value - next + sum;
            sum = next;
        }

        return sum + lost;
    }
}
