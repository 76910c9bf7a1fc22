using System.Numerics;

namespace KinesisPatterns.Anomalies;

/// <summary>
/// Stretches of the series, a sample of its whole history, and how near the newest stretch is to the nearest of them: in its
/// values, in their ranks, and in what was off.
/// </summary>
internal sealed class NeighbourMemory
{
    /// <summary>The longest stretch.</summary>
    public const int Longest = 16;

    /// <summary>How many distances there are: of the newest 2, 4, 8 and 16 values and ranks, and of the newest 2 and 4 errors.</summary>
    public const int Distances = 10;

    private const int Capacity = 256;
    private const int Errors = 4;

    // What happens now is not there to explain itself.
    private const int Delay = 60;
    private const int Recent = Delay + Longest;

    // By lag, then by stretch: neighbours in memory are the same lag of different stretches.
    private readonly float[] _values = new float[Longest * Capacity];
    private readonly float[] _errors = new float[Errors * Capacity];
    private readonly short[] _ranks = new short[Longest * Capacity];
    private readonly float[] _recentValues = new float[Recent];
    private readonly float[] _recentErrors = new float[Recent];
    private readonly short[] _recentRanks = new short[Recent];
    private int _newest = -1;
    private int _count;
    private long _offered;
    private long _readings;

    // No stretch is as far away as a slot that has none.
    public NeighbourMemory()
    {
        Array.Fill(_values, 1e18f);
        Array.Fill(_errors, 1e18f);
        Array.Fill(_ranks, (short)1_900);
    }

    /// <summary>
    /// Adds a reading and measures, into <paramref name="distances"/>, how far the stretch that ends with it is from the nearest one
    /// remembered; false when there is nothing to compare.
    /// </summary>
    public bool Add(float value, float error, short rank, ref DeterministicRandom random, Span<double> distances)
    {
        _newest = (_newest + 1) % Recent;
        (_recentValues[_newest], _recentErrors[_newest], _recentRanks[_newest]) = (value, error, rank);
        _readings++;
        if (_readings >= Recent)
        {
            Remember(ref random);
        }

        if (_count == 0)
        {
            return false;
        }

        Measure(_values, _recentValues, distances, [2, 4, 8, 16]);
        Measure(_errors, _recentErrors, distances[4..], [2, 4]);
        MeasureRanks(distances[6..]);
        return true;
    }

    /// <summary>The length of the stretch whose distance has that index.</summary>
    public static int LengthOf(int distance) => distance < 4 ? 2 << distance : distance < 6 ? 2 << (distance - 4) : 2 << (distance - 6);

    public void Transfer(StateCodec state)
    {
        state.Values<float>(_values);
        state.Values<float>(_errors);
        state.Values<short>(_ranks);
        state.Values<float>(_recentValues);
        state.Values<float>(_recentErrors);
        state.Values<short>(_recentRanks);
        state.Value(ref _newest);
        state.Value(ref _count);
        state.Value(ref _offered);
        state.Value(ref _readings);
    }

    // Every stretch of the history has the same chance to be remembered.
    private void Remember(ref DeterministicRandom random)
    {
        _offered++;
        var slot = _count < Capacity ? _count++ : (int)Math.Min(random.Below(_offered), Capacity);
        if (slot == Capacity)
        {
            return;
        }

        for (var lag = 0; lag < Longest; lag++)
        {
            var recent = Place(Delay + lag);
            _values[(lag * Capacity) + slot] = _recentValues[recent];
            _ranks[(lag * Capacity) + slot] = _recentRanks[recent];
            if (lag < Errors)
            {
                _errors[(lag * Capacity) + slot] = _recentErrors[recent];
            }
        }
    }

    private int Place(int lag) => (_newest - lag + Recent) % Recent;

    private void Measure(float[] memory, float[] recent, Span<double> distances, ReadOnlySpan<int> lengths)
    {
        Span<Vector<float>> best = stackalloc Vector<float>[4];
        best.Fill(new(float.PositiveInfinity));
        Span<Vector<float>> now = stackalloc Vector<float>[Longest];
        for (var lag = 0; lag < lengths[^1]; lag++)
        {
            now[lag] = new(recent[Place(lag)]);
        }

        for (var slot = 0; slot < Capacity && slot < _count; slot += Vector<float>.Count)
        {
            var sum = Vector<float>.Zero;
            var lag = 0;
            for (var length = 0; length < lengths.Length; length++)
            {
                for (; lag < lengths[length]; lag++)
                {
                    var difference = now[lag] - Vector.LoadUnsafe(ref memory[(lag * Capacity) + slot]);
                    sum += difference * difference;
                }

                best[length] = Vector.Min(best[length], sum);
            }
        }

        for (var length = 0; length < lengths.Length; length++)
        {
            distances[length] = Math.Sqrt(Least(best[length]));
        }
    }

    private void MeasureRanks(Span<double> distances)
    {
        Span<Vector<short>> best = stackalloc Vector<short>[4];
        best.Fill(new(short.MaxValue));
        Span<Vector<short>> now = stackalloc Vector<short>[Longest];
        for (var lag = 0; lag < Longest; lag++)
        {
            now[lag] = new(_recentRanks[Place(lag)]);
        }

        for (var slot = 0; slot < Capacity && slot < _count; slot += Vector<short>.Count)
        {
            var sum = Vector<short>.Zero;
            var lag = 0;
            for (var length = 0; length < 4; length++)
            {
                for (; lag < 2 << length; lag++)
                {
                    sum += Vector.Abs(now[lag] - Vector.LoadUnsafe(ref _ranks[(lag * Capacity) + slot]));
                }

                best[length] = Vector.Min(best[length], sum);
            }
        }

        for (var length = 0; length < 4; length++)
        {
            distances[length] = Least(best[length]);
        }
    }

    private static T Least<T>(in Vector<T> vector) where T : INumber<T>
    {
        var least = vector[0];
        for (var lane = 1; lane < Vector<T>.Count; lane++)
        {
            least = T.Min(least, vector[lane]);
        }

        return least;
    }
}
