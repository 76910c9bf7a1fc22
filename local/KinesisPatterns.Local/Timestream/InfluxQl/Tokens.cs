using System.Globalization;
using System.Text.RegularExpressions;

namespace KinesisPatterns.Local.Timestream.InfluxQl;

/// <summary>The words of a statement, one after the other.</summary>
internal sealed partial class Tokens(string text)
{
    private readonly string _text = text;
    private int _at;

    /// <summary>Takes the keyword or sign when it is next.</summary>
    public bool Takes(string word)
    {
        SkipSpace();
        var end = _at + word.Length;
        if (end > _text.Length || !_text.AsSpan(_at, word.Length).Equals(word, StringComparison.OrdinalIgnoreCase)
            || (char.IsLetter(word[^1]) && end < _text.Length && IsWord(_text[end])))
        {
            return false;
        }

        _at = end;
        return true;
    }

    public void Expect(string word)
    {
        if (!Takes(word))
        {
            throw Unexpected(word);
        }
    }

    public void ExpectEnd()
    {
        SkipSpace();
        if (_at < _text.Length)
        {
            throw Unexpected("the end");
        }
    }

    /// <summary>A name, quoted or not.</summary>
    public string Identifier() =>
        Match(Quoted) is { } quoted ? Unescaped(quoted[1..^1]) : Match(Word) ?? throw Unexpected("a name");

    /// <summary>A text in single quotes.</summary>
    public string Text() => Match(Literal) is { } text ? Unescaped(text[1..^1]) : throw Unexpected("a text");

    /// <summary>A pattern between slashes; null when something else is next.</summary>
    public Regex? Pattern() => Match(Slashes) is { } pattern
        ? new Regex(pattern[1..^1].Replace("\\/", "/", StringComparison.Ordinal), RegexOptions.CultureInvariant)
        : null;

    public int Whole() => Match(Digits) is { } digits
        ? int.Parse(digits, CultureInfo.InvariantCulture)
        : throw Unexpected("a whole number");

    /// <summary>A span of time, or a time since 1970, in nanoseconds; without a unit that is what it is in.</summary>
    public long Duration()
    {
        var text = Match(Span) ?? throw Unexpected("a duration");
        var digits = text.TrimEnd('n', 'u', 'm', 's', 'h', 'd', 'w');
        return checked(long.Parse(digits, CultureInfo.InvariantCulture) * text[digits.Length..] switch
        {
            "" or "ns" => 1,
            "u" => 1_000,
            "ms" => 1_000_000,
            "s" => 1_000_000_000,
            "m" => 60_000_000_000,
            "h" => 3_600_000_000_000,
            "d" => 86_400_000_000_000,
            "w" => 604_800_000_000_000,
            _ => throw Unexpected("a duration"),
        });
    }

    public InfluxQlException Unexpected(string expected)
    {
        var rest = _text[_at..];
        return new($"expected {expected} at char {_at + 1}, got '{(rest.Length > 40 ? rest[..40] : rest)}'; "
            + "the local host answers a part of InfluxQL, see docs/local-host.md");
    }

    private static bool IsWord(char character) => char.IsLetterOrDigit(character) || character == '_';

    private static string Unescaped(string text) => Escape.Replace(text, match => match.Value[1..]);

    private void SkipSpace()
    {
        while (_at < _text.Length && char.IsWhiteSpace(_text[_at]))
        {
            _at++;
        }
    }

    private string? Match(Regex pattern)
    {
        SkipSpace();
        var match = pattern.Match(_text, _at);
        if (!match.Success)
        {
            return null;
        }

        _at += match.Length;
        return match.Value;
    }

    [GeneratedRegex("""\G"(?:\\.|[^"\\])*" """, RegexOptions.IgnorePatternWhitespace)]
    private static partial Regex Quoted { get; }

    [GeneratedRegex(@"\G'(?:\\.|[^'\\])*'")]
    private static partial Regex Literal { get; }

    [GeneratedRegex(@"\G[A-Za-z_][A-Za-z0-9_]*")]
    private static partial Regex Word { get; }

    [GeneratedRegex(@"\G/(?:\\.|[^/\\])+/")]
    private static partial Regex Slashes { get; }

    [GeneratedRegex(@"\G[0-9]+(?![0-9a-zA-Z])")]
    private static partial Regex Digits { get; }

    [GeneratedRegex(@"\G-?[0-9]+(?:ns|u|ms|s|m|h|d|w)?(?![0-9a-zA-Z])")]
    private static partial Regex Span { get; }

    [GeneratedRegex(@"\\[\\'""]")]
    private static partial Regex Escape { get; }
}
