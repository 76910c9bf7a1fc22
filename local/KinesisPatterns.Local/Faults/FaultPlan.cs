using System.Collections.Concurrent;

namespace KinesisPatterns.Local.Faults;

/// <summary>
/// Decides what goes wrong. Each decision is drawn from the seed, the kind of fault, the site and how often that site was
/// asked before: whatever happens at other sites, and in whichever order, does not change it.
/// </summary>
internal sealed class FaultPlan(int seed, FaultProfile profile)
{
    private readonly ConcurrentDictionary<(FaultKind Kind, string Site), Counter> _asked = new();
    private readonly long[] _injected = new long[Enum.GetValues<FaultKind>().Length];

    public int Seed => seed;

    public FaultProfile Profile => profile;

    /// <summary>How many faults of each kind there were, in all.</summary>
    public IReadOnlyDictionary<string, long> Counts => Enum.GetValues<FaultKind>()
        .Where(kind => profile.RateOf(kind) > 0)
        .ToDictionary(kind => kind.ToString(), kind => Interlocked.Read(ref _injected[(int)kind]));

    public long Total => _injected.Sum();

    /// <summary>Whether something goes wrong here and now, and how badly; null when not.</summary>
    /// <param name="kind">What.</param>
    /// <param name="site">Where.</param>
    /// <param name="share">How often it goes wrong here, compared with elsewhere.</param>
    public FaultDraw? Draw(FaultKind kind, string site, double share = 1)
    {
        var rate = profile.RateOf(kind) * share;
        if (rate <= 0)
        {
            return null;
        }

        var number = _asked.GetOrAdd((kind, site), _ => new()).Next();
        var draw = new FaultDraw(kind, Mix(Mix(((ulong)(uint)seed << 8) | (uint)kind) ^ Hash(site)) + (ulong)number);
        if (draw.Share(0) >= rate)
        {
            return null;
        }

        Interlocked.Increment(ref _injected[(int)kind]);
        return draw;
    }

    /// <summary>A fault that was drawn did not happen after all.</summary>
    public void Withdraw(FaultDraw draw) => Interlocked.Decrement(ref _injected[(int)draw.Kind]);

    // A text's own hash differs from process to process (FNV-1a does not).
    private static ulong Hash(string text)
    {
        var hash = 14695981039346656037UL;
        foreach (var character in text)
        {
            hash = unchecked((hash ^ character) * 1099511628211UL);
        }

        return hash;
    }

    /// <summary>Spreads a number over all others (SplitMix64).</summary>
    internal static ulong Mix(ulong number)
    {
        unchecked
        {
            number += 0x9E3779B97F4A7C15UL;
            number = (number ^ (number >> 30)) * 0xBF58476D1CE4E5B9UL;
            number = (number ^ (number >> 27)) * 0x94D049BB133111EBUL;
            return number ^ (number >> 31);
        }
    }

    private sealed class Counter
    {
        private long _count = -1;

        public long Next() => Interlocked.Increment(ref _count);
    }
}

/// <summary>A fault that was drawn; further draws say how it looks.</summary>
internal readonly record struct FaultDraw(FaultKind Kind, ulong State)
{
    /// <summary>A share from 0 to below 1, the same for the same number.</summary>
    public double Share(int number) => (FaultPlan.Mix(State ^ ((ulong)number << 48)) >> 11) * (1.0 / (1UL << 53));

    /// <summary>A whole number from 0 to below a limit.</summary>
    public int Below(int limit, int number = 1) => (int)(Share(number) * limit);

    /// <summary>A time between two others.</summary>
    public TimeSpan Between(TimeSpan least, TimeSpan most, int number = 1) => least + ((most - least) * Share(number));
}
