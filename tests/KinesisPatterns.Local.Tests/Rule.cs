using Xunit.v3;

namespace KinesisPatterns.Local.Tests;

/// <summary>
/// The page that says what a test checks; the test's name says it in words. docs/kinesis.md lists them all.
/// </summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method, AllowMultiple = true)]
internal sealed class RuleAttribute(string page) : Attribute, ITraitAttribute
{
    /// <summary>The page's address.</summary>
    public string Page { get; } = page;

    public IReadOnlyCollection<KeyValuePair<string, string>> GetTraits() => [new("page", Page)];
}
