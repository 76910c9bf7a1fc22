using System.Text.RegularExpressions;

namespace KinesisPatterns.Local.Iam;

/// <summary>Policy variables: <c>${aws:PrincipalAccount}</c>, with a default <c>${key, 'text'}</c>, and the escapes <c>${*}</c>, <c>${?}</c>, <c>${$}</c>.</summary>
/// <remarks>https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html</remarks>
internal static partial class PolicyVariables
{
    /// <summary>The compiled pattern with every variable replaced; null when one has no single value, which makes the text match nothing.</summary>
    public static string? Fill(string text, AccessRequest request)
    {
        if (!text.Contains("${", StringComparison.Ordinal))
        {
            return Wildcard.Compile(text);
        }

        var resolved = true;
        var at = 0;
        var filled = new System.Text.StringBuilder();
        foreach (Match match in Variable().Matches(text))
        {
            filled.Append(Wildcard.Compile(text[at..match.Index]));
            var value = Value(match.Groups[1].Value, request);
            resolved &= value is not null;
            filled.Append(value);
            at = match.Index + match.Length;
        }

        filled.Append(Wildcard.Compile(text[at..]));
        return resolved ? filled.ToString() : null;
    }

    private static string? Value(string variable, AccessRequest request)
    {
        if (variable is "*" or "?" or "$")
        {
            return variable;
        }

        var parts = variable.Split(',', 2, StringSplitOptions.TrimEntries);
        return request.Values(parts[0]) is [var value] ? value
            : parts is [_, ['\'', .. var text, '\'']] ? text
            : null;
    }

    [GeneratedRegex(@"\$\{([^}]+)\}")]
    private static partial Regex Variable();
}
