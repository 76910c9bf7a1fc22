using System.Text.RegularExpressions;

namespace KinesisPatterns.Cdk;

/// <summary>Names of function types, values, ingresses and egresses: parts of YAML and, of functions, of a URL.</summary>
internal static partial class TypeNames
{
    public const string Part = "letters, digits and . _ -";

    public static bool IsPart(string text) => Parts.IsMatch(text);

    public static bool IsWhole(string text) => text.Split('/') is [var @namespace, var name] && IsPart(@namespace) && IsPart(name);

    // What begins with another sign may be YAML's, or a step up in a path.
    [GeneratedRegex(@"^[A-Za-z0-9_][A-Za-z0-9._-]*\z")]
    private static partial Regex Parts { get; }
}
