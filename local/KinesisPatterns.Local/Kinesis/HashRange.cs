namespace KinesisPatterns.Local.Kinesis;

/// <summary>The part of the 128-bit hash key space that a shard owns, both ends included.</summary>
internal readonly record struct HashRange(UInt128 Start, UInt128 End)
{
    /// <summary>The whole key space.</summary>
    public static readonly HashRange All = new(UInt128.MinValue, UInt128.MaxValue);

    /// <summary>Whether the range owns a hash key.</summary>
    public bool Contains(UInt128 key) => key >= Start && key <= End;

    /// <summary>Whether the range and another one share a hash key.</summary>
    public bool Overlaps(HashRange other) => Start <= other.End && other.Start <= End;

    /// <summary>Cuts the key space into equal parts, as CreateStream does: the last one takes the remainder.</summary>
    public static HashRange[] Uniform(int parts)
    {
        if (parts == 1)
        {
            return [All];
        }

        // floor(2^128 / parts), though 2^128 itself does not fit.
        var count = (UInt128)parts;
        var width = (UInt128.MaxValue / count) + (UInt128.MaxValue % count == count - 1 ? UInt128.One : UInt128.Zero);
        return [.. Enumerable.Range(0, parts).Select(i => new HashRange(
            width * (UInt128)i, i == parts - 1 ? UInt128.MaxValue : (width * (UInt128)(i + 1)) - 1))];
    }
}
