namespace KinesisPatterns.Anomalies;

/// <summary>The mean value of each part of a cycle, such as the half hours of a day.</summary>
/// <param name="period">The cycle's length in milliseconds.</param>
/// <param name="bins">How many parts it has.</param>
/// <param name="memory">Over how many readings a part's mean is taken, about.</param>
internal sealed class CyclicProfile(long period, int bins, int memory)
{
    // A part is as good as certain after this many readings.
    private const int Certain = 5;

    private readonly double[] _means = new double[bins];
    private readonly ushort[] _counts = new ushort[bins];
    private double _error;

    /// <summary>The mean absolute error of the forecasts lately.</summary>
    public double Error => _error;

    /// <summary>The mean of the part that the time lies in, smoothed with the parts beside it; null when there is none yet.</summary>
    public double? Forecast(long time)
    {
        var bin = Bin(time);
        if (bins == 1)
        {
            return _counts[0] > 0 ? _means[0] : null;
        }

        var (weight, sum) = (0.0, 0.0);
        Weigh(bin, 1);
        Weigh((bin + bins - 1) % bins, 0.5);
        Weigh((bin + 1) % bins, 0.5);
        return weight > 0 ? sum / weight : null;

        void Weigh(int part, double share)
        {
            var own = share * Math.Min((int)_counts[part], Certain);
            weight += own;
            sum += own * _means[part];
        }
    }

    /// <summary>Learns a value and how far the forecast for it was off; the rate is this error's weight in the mean of all.</summary>
    public void Learn(long time, double value, double error, double rate)
    {
        _error += (error - _error) * rate;
        var bin = Bin(time);
        _means[bin] += (value - _means[bin]) / Math.Min(memory, _counts[bin] + 1);
        if (_counts[bin] < memory)
        {
            _counts[bin]++;
        }
    }

    public void Transfer(StateCodec state)
    {
        state.Values<double>(_means);
        state.Values<ushort>(_counts);
        state.Value(ref _error);
    }

    private int Bin(long time) => (int)(((time % period) + period) % period * bins / period);
}
