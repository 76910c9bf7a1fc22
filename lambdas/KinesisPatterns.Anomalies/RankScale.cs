namespace KinesisPatterns.Anomalies;

/// <summary>
/// Where a value stands among all so far, on a scale that a bell curve would be even on. Of a series with rare high peaks it
/// shows what happens between them.
/// </summary>
internal sealed class RankScale
{
    public const int Largest = 127;

    private const int Size = 256;
    private const double StepsPerDeviation = 16;

    private readonly float[] _sample = new float[Size];
    private readonly float[] _sorted = new float[Size];
    private int _count;
    private int _sortedCount;
    private long _seen;
    private long _nextSort;

    /// <summary>The value's place, -127 to 127 with 0 for the median; the value then is one of those so far.</summary>
    public short Add(float value, ref DeterministicRandom random)
    {
        if (_count < Size)
        {
            _sample[_count++] = value;
        }
        else if (random.Below(_seen + 1) is var place && place < Size)
        {
            _sample[place] = value;
        }

        if (_seen >= _nextSort)
        {
            // Ever rarer: a place among many moves slowly.
            _nextSort = (_nextSort * 6 / 5) + 1;
            _sortedCount = _count;
            _sample.AsSpan(0, _count).CopyTo(_sorted);
            _sorted.AsSpan(0, _count).Sort();
        }

        _seen++;
        return Place(value);
    }

    public void Transfer(StateCodec state)
    {
        state.Values<float>(_sample);
        state.Values<float>(_sorted);
        state.Value(ref _count);
        state.Value(ref _sortedCount);
        state.Value(ref _seen);
        state.Value(ref _nextSort);
    }

    private short Place(float value)
    {
        var sorted = _sorted.AsSpan(0, _sortedCount);
        var below = Below(sorted, value);
        var notAbove = below + Below(sorted[below..], MathF.BitIncrement(value));
        var least = 0.5 / sorted.Length;
        var share = Math.Clamp((below + notAbove) / 2.0 / sorted.Length, least, 1 - least);
        // Tukey's lambda: near the inverse of the normal distribution.
        var deviations = 4.91 * (Math.Pow(share, 0.14) - Math.Pow(1 - share, 0.14));
        var beyond = Math.Max(value - sorted[^1], sorted[0] - value) / Math.Max(1e-9, (double)sorted[^1] - sorted[0]);
        if (beyond > 0)
        {
            deviations += Math.Sign(deviations) * 2 * Math.Log(1 + beyond);
        }

        return (short)Math.Clamp(Math.Round(deviations * StepsPerDeviation), -Largest, Largest);
    }

    private static int Below(ReadOnlySpan<float> sorted, float value)
    {
        var (low, high) = (0, sorted.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = sorted[middle] < value ? (middle + 1, high) : (low, middle);
        }

        return low;
    }
}
