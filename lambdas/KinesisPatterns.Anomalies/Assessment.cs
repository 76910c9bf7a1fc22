using System.Globalization;

namespace KinesisPatterns.Anomalies;

/// <summary>What a reading amounts to, in the light of those before it in its series.</summary>
public readonly record struct Assessment
{
    internal Assessment(double score, bool isOnset, in Forecast forecast, double value, long time, double residualTail, double shapeTail, int shape)
    {
        Score = score;
        IsOnset = isOnset;
        Expected = forecast.Value;
        Value = value;
        Time = time;
        Cycle = forecast.Cycle;
        ResidualTail = residualTail;
        ShapeTail = shapeTail;
        Shape = shape;
    }

    /// <summary>
    /// How unusual the reading is, 0 to 1: 0.99 means that one in a hundred readings of this series so far was as far off or of as
    /// strange a shape (the geometric mean of the two shares, taken from 1). It is 0 for the first 50 readings.
    /// </summary>
    public double Score { get; }

    /// <summary>Whether the score is above those of the 100 readings before: an anomaly has one onset, however long it lasts.</summary>
    public bool IsOnset { get; }

    /// <summary>The value that was expected.</summary>
    public double Expected { get; }

    /// <summary>The reading's value.</summary>
    public double Value { get; }

    /// <summary>Milliseconds since the epoch.</summary>
    public long Time { get; }

    /// <summary>In words, why the reading has its score.</summary>
    public string Reason => ResidualTail <= ShapeTail
        ? string.Create(CultureInfo.InvariantCulture, $"{Value:G6}, expected {Expected:G6}{When}; further off than {Percent(ResidualTail)} of this series' readings")
        : string.Create(CultureInfo.InvariantCulture, $"{Value:G6}: the last {Shape} readings have a shape {Rarity}");

    private Cycle Cycle { get; }

    private double ResidualTail { get; }

    private double ShapeTail { get; }

    private int Shape { get; }

    private string When => Cycle switch
    {
        Cycle.Day => string.Create(CultureInfo.InvariantCulture, $" for {At:HH:mm} UTC"),
        Cycle.Week => string.Create(CultureInfo.InvariantCulture, $" for a {At:dddd HH}:00 UTC"),
        _ => "",
    };

    private DateTimeOffset At => DateTimeOffset.FromUnixTimeMilliseconds(Time);

    private string Rarity => ShapeTail < 0.001
        ? "not seen before"
        : $"further from any before than {Percent(ShapeTail)} of this series' shapes";

    // Never 100 %: the reading itself is one of them.
    private static string Percent(double tail) => string.Create(CultureInfo.InvariantCulture, $"{Math.Floor((1 - tail) * 10_000) / 100:0.##} %");
}
