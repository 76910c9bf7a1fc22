namespace KinesisPatterns.Anomalies;

/// <summary>The cycle that a forecast follows most.</summary>
internal enum Cycle
{
    None,
    Day,
    Week,
}

/// <summary>An expected value.</summary>
internal readonly record struct Forecast(double Value, Cycle Cycle);

/// <summary>
/// Expects what a series had at the same time of the day or the week, or its mean: whichever has been right most, counts most.
/// </summary>
internal sealed class ProfileMixture
{
    private const long Day = 86_400_000;

    // Errors are remembered over about as many readings.
    private const double Memory = 1_000;

    private readonly CyclicProfile[] _profiles = [new(Day, 1, 5_000), new(Day, 48, 10), new(Day, 48, 50), new(7 * Day, 168, 20)];
    private readonly double[] _forecasts = new double[4];

    /// <summary>The value expected at the time; <paramref name="value"/> itself when nothing is known.</summary>
    public Forecast Expect(long time, double value)
    {
        var mean = _profiles[0].Forecast(time) ?? value;
        var (weight, sum, heaviest, first) = (0.0, 0.0, 0.0, 0);
        for (var index = 0; index < _profiles.Length; index++)
        {
            var profile = _profiles[index];
            _forecasts[index] = profile.Forecast(time) ?? mean;
            var own = 1 / ((profile.Error * profile.Error) + 1e-12);
            weight += own;
            sum += own * _forecasts[index];
            (heaviest, first) = own > heaviest ? (own, index) : (heaviest, first);
        }

        return new(sum / weight, first switch { 0 => Cycle.None, 3 => Cycle.Week, _ => Cycle.Day });
    }

    /// <summary>Learns the value that <see cref="Expect"/> was asked for.</summary>
    public void Learn(long time, double value, long readings)
    {
        var rate = Math.Max(1 / Memory, 1.0 / (readings + 1));
        for (var index = 0; index < _profiles.Length; index++)
        {
            _profiles[index].Learn(time, value, Math.Abs(value - _forecasts[index]), rate);
        }
    }

    public void Transfer(StateCodec state)
    {
        foreach (var profile in _profiles)
        {
            profile.Transfer(state);
        }
    }
}
