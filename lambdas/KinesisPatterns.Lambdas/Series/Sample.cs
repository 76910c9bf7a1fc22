namespace KinesisPatterns.Lambdas.Series;

/// <summary>One value of a series.</summary>
/// <param name="Time">Milliseconds since the epoch.</param>
/// <param name="Value">A finite number.</param>
public readonly record struct Sample(long Time, double Value);

/// <summary>Sets of samples: sorted by time, one per millisecond.</summary>
public static class Samples
{
    /// <summary>The most samples a window holds.</summary>
    public const int MaximumPerWindow = 16_384;

    /// <summary>
    /// All samples of both. Of two values for one millisecond the greater stays, so the order in which samples arrive, and
    /// through how many environments, makes no difference.
    /// </summary>
    public static Sample[] Union(ReadOnlySpan<Sample> left, ReadOnlySpan<Sample> right)
    {
        var union = new Sample[left.Length + right.Length];
        var count = 0;
        while (!left.IsEmpty || !right.IsEmpty)
        {
            var order = left.IsEmpty ? 1 : right.IsEmpty ? -1 : left[0].Time.CompareTo(right[0].Time);
            union[count++] = order < 0 ? left[0] : order > 0 ? right[0] : Greater(left[0], right[0]);
            left = order <= 0 ? left[1..] : left;
            right = order >= 0 ? right[1..] : right;
        }

        return union[..count];
    }

    /// <summary>Samples in any order, with repetitions, as a set.</summary>
    public static Sample[] Set(IEnumerable<Sample> samples)
    {
        Sample[] set = [.. samples];
        Array.Sort(set, static (a, b) => a.Time.CompareTo(b.Time));
        var count = 0;
        foreach (var sample in set)
        {
            if (count > 0 && set[count - 1].Time == sample.Time)
            {
                set[count - 1] = Greater(set[count - 1], sample);
            }
            else
            {
                set[count++] = sample;
            }
        }

        return set[..count];
    }

    /// <summary>Where the set has a sample of that millisecond; negative when it has none.</summary>
    public static int IndexOf(ReadOnlySpan<Sample> set, long time) =>
        set.BinarySearch(new AtTime(time));

    private static Sample Greater(Sample a, Sample b) =>
        a.Value.CompareTo(b.Value) is var order && order == 0
            // Only zero has two equal forms.
            ? (double.IsNegative(a.Value) ? b : a)
            : order > 0 ? a : b;

    private readonly struct AtTime(long time) : IComparable<Sample>
    {
        public int CompareTo(Sample other) => time.CompareTo(other.Time);
    }
}
