namespace KinesisPatterns.Local.Iam;

/// <summary>Matching with <c>*</c> for any characters and <c>?</c> for one, as policies write it.</summary>
/// <remarks>https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html</remarks>
internal static class Wildcard
{
    // While a pattern's variables are being filled in, its own wildcards are these: what a variable holds is literal.
    public const char Many = '\uE000';
    public const char One = '\uE001';

    /// <summary>The pattern with its wildcards told apart from the same characters in values.</summary>
    public static string Compile(string pattern) => pattern.Replace('*', Many).Replace('?', One);

    /// <summary>Whether a text matches a pattern as it is written.</summary>
    public static bool Matches(string pattern, string text, bool ignoreCase = false) => MatchesCompiled(Compile(pattern), text, ignoreCase);

    /// <summary>Whether a text matches a compiled pattern.</summary>
    public static bool MatchesCompiled(ReadOnlySpan<char> pattern, ReadOnlySpan<char> text, bool ignoreCase = false)
    {
        var (p, t, star, mark) = (0, 0, -1, 0);
        while (t < text.Length)
        {
            if (p < pattern.Length && pattern[p] == Many)
            {
                (star, mark) = (p++, t);
            }
            else if (p < pattern.Length && (pattern[p] == One || Same(pattern[p], text[t], ignoreCase)))
            {
                (p, t) = (p + 1, t + 1);
            }
            else if (star >= 0)
            {
                (p, t) = (star + 1, ++mark);
            }
            else
            {
                return false;
            }
        }

        return pattern[p..].TrimStart(Many).IsEmpty;
    }

    /// <summary>Whether an ARN matches a compiled pattern: each of the six parts for itself, parts that the pattern lacks being any.</summary>
    /// <remarks>https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_ARN</remarks>
    public static bool MatchesArn(string pattern, string arn)
    {
        if (pattern is [Many])
        {
            return true;
        }

        var wanted = pattern.AsSpan();
        var given = arn.AsSpan();
        for (var part = 0; part < 5; part++)
        {
            var (w, g) = (wanted.IndexOf(':'), given.IndexOf(':'));
            if (g < 0)
            {
                return MatchesCompiled(wanted, given);
            }

            if (w < 0)
            {
                return MatchesCompiled(wanted, given[..g]);
            }

            if (!MatchesCompiled(wanted[..w], given[..g]))
            {
                return false;
            }

            wanted = wanted[(w + 1)..];
            given = given[(g + 1)..];
        }

        return MatchesCompiled(wanted, given);
    }

    private static bool Same(char a, char b, bool ignoreCase) => a == b || (ignoreCase && char.ToLowerInvariant(a) == char.ToLowerInvariant(b));
}
