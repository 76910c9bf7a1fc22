using System.Numerics;
using System.Runtime.InteropServices;

namespace KinesisPatterns.Anomalies;

/// <summary>
/// How large a statistic has been so far, on a logarithmic scale: it turns any statistic into the share of earlier readings
/// that had one as large, so that statistics of different kinds can be compared.
/// </summary>
internal sealed class TailHistogram
{
    private const int Bins = 256;
    private const int Middle = 128;

    // Fewer say nothing of what is usual.
    private const int Least = 50;

    // Where a quarter of an octave begins, as the mantissa's share of the octave.
    private const double OneQuarter = 1.189207115002721;
    private const double TwoQuarters = 1.4142135623730951;
    private const double ThreeQuarters = 1.681792830507429;

    private readonly int[] _counts = new int[Bins];
    private int _total;

    /// <summary>The share of statistics so far that were as large as this one, which then is one of them; 1 while there are too few.</summary>
    public double Add(double statistic)
    {
        var bin = Bin(statistic);
        var tail = (Above(bin) + (0.5 * _counts[bin]) + 0.5) / (_total + 1.0);
        _counts[bin]++;
        return _total++ < Least ? 1 : tail;
    }

    public void Transfer(StateCodec state)
    {
        state.Values<int>(_counts);
        state.Value(ref _total);
    }

    /// <summary>Four bins an octave; by the number's bits, so that every machine finds the same one.</summary>
    internal static int Bin(double statistic)
    {
        var bits = BitConverter.DoubleToInt64Bits(statistic);
        var octave = (int)((bits >> 52) & 0x7FF) - 1023;
        var mantissa = BitConverter.Int64BitsToDouble((bits & 0x000F_FFFF_FFFF_FFFF) | 0x3FF0_0000_0000_0000);
        var quarter = mantissa < TwoQuarters ? (mantissa < OneQuarter ? 0 : 1) : mantissa < ThreeQuarters ? 2 : 3;
        return Math.Clamp((octave * 4) + quarter + Middle, 0, Bins - 1);
    }

    private int Above(int bin)
    {
        var index = bin + 1;
        var sum = 0;
        for (; index % Vector<int>.Count != 0; index++)
        {
            sum += _counts[index];
        }

        var sums = Vector<int>.Zero;
        foreach (var counts in MemoryMarshal.Cast<int, Vector<int>>(_counts.AsSpan(index)))
        {
            sums += counts;
        }

        return sum + Vector.Sum(sums);
    }
}
