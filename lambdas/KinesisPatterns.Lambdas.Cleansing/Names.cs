using System.Buffers;
using System.Text;

namespace KinesisPatterns.Lambdas.Cleansing;

/// <summary>Names that come again and again, each of them one string; bounded, because devices choose them.</summary>
internal sealed class Names
{
    private const int Capacity = 100_000;

    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _lookup;

    public Names() => _lookup = _known.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>The name as a string, or null when it has other characters or is longer than it may be.</summary>
    public string? Get(ReadOnlySpan<byte> name, SearchValues<byte> allowed, int longest)
    {
        if (name.IsEmpty || name.Length > longest || name.ContainsAnyExcept(allowed))
        {
            return null;
        }

        Span<char> characters = stackalloc char[name.Length];
        Encoding.ASCII.GetChars(name, characters);
        if (_lookup.TryGetValue(characters, out var known))
        {
            return known;
        }

        if (_known.Count == Capacity)
        {
            _known.Clear();
        }

        var text = new string(characters);
        _known.Add(text);
        return text;
    }
}
