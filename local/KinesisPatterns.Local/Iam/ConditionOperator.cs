using System.Globalization;
using System.Net;

namespace KinesisPatterns.Local.Iam;

/// <summary>How a condition compares; values that cannot be compared do not match.</summary>
/// <remarks>https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html</remarks>
internal sealed class ConditionOperator
{
    private static readonly Dictionary<string, ConditionOperator> Known = new(StringComparer.OrdinalIgnoreCase)
    {
        ["StringEquals"] = new((wanted, given) => Literal(wanted) == given),
        ["StringNotEquals"] = new((wanted, given) => Literal(wanted) == given, negated: true),
        ["StringEqualsIgnoreCase"] = new(SameIgnoringCase),
        ["StringNotEqualsIgnoreCase"] = new(SameIgnoringCase, negated: true),
        ["StringLike"] = new((wanted, given) => Wildcard.MatchesCompiled(wanted, given)),
        ["StringNotLike"] = new((wanted, given) => Wildcard.MatchesCompiled(wanted, given), negated: true),
        ["ArnEquals"] = new(Wildcard.MatchesArn),
        ["ArnLike"] = new(Wildcard.MatchesArn),
        ["ArnNotEquals"] = new(Wildcard.MatchesArn, negated: true),
        ["ArnNotLike"] = new(Wildcard.MatchesArn, negated: true),
        ["NumericEquals"] = Numeric(order => order == 0),
        ["NumericNotEquals"] = Numeric(order => order == 0, negated: true),
        ["NumericLessThan"] = Numeric(order => order < 0),
        ["NumericLessThanEquals"] = Numeric(order => order <= 0),
        ["NumericGreaterThan"] = Numeric(order => order > 0),
        ["NumericGreaterThanEquals"] = Numeric(order => order >= 0),
        ["DateEquals"] = Date(order => order == 0),
        ["DateNotEquals"] = Date(order => order == 0, negated: true),
        ["DateLessThan"] = Date(order => order < 0),
        ["DateLessThanEquals"] = Date(order => order <= 0),
        ["DateGreaterThan"] = Date(order => order > 0),
        ["DateGreaterThanEquals"] = Date(order => order >= 0),
        ["Bool"] = new(SameIgnoringCase),
        ["BinaryEquals"] = new((wanted, given) => Literal(wanted) == given),
        ["IpAddress"] = new(IsWithin),
        ["NotIpAddress"] = new(IsWithin, negated: true),
        ["Null"] = new((_, _) => false) { IsNull = true },
    };

    private readonly Func<string, string, bool> _matches;

    private ConditionOperator(Func<string, string, bool> matches, bool negated = false) => (_matches, IsNegated) = (matches, negated);

    /// <summary>Whether it asks that no value matches.</summary>
    public bool IsNegated { get; }

    /// <summary>Whether it asks for a key's presence instead of its value.</summary>
    public bool IsNull { get; private init; }

    public static ConditionOperator? Find(string name) => Known.GetValueOrDefault(name);

    /// <summary>Whether a value matches a compiled pattern, before negation.</summary>
    public bool Matches(string wanted, string given) => _matches(wanted, given);

    private static ConditionOperator Numeric(Func<int, bool> holds, bool negated = false) => new(
        (wanted, given) => Number(wanted) is { } one && Number(given) is { } other && holds(other.CompareTo(one)), negated);

    private static ConditionOperator Date(Func<int, bool> holds, bool negated = false) => new(
        (wanted, given) => Time(wanted) is { } one && Time(given) is { } other && holds(other.CompareTo(one)), negated);

    private static bool SameIgnoringCase(string wanted, string given) => string.Equals(Literal(wanted), given, StringComparison.OrdinalIgnoreCase);

    // Wildcards are plain characters to an operator that does not know them.
    private static string Literal(string compiled) => compiled.Replace(Wildcard.Many, '*').Replace(Wildcard.One, '?');

    private static decimal? Number(string text) => decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : null;

    // ISO 8601, or seconds since 1970.
    private static DateTimeOffset? Time(string text) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) ? DateTimeOffset.FromUnixTimeSeconds(seconds)
        : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time
        : null;

    private static bool IsWithin(string wanted, string given) =>
        IPAddress.TryParse(given, out var address)
        && (IPNetwork.TryParse(wanted, out var network) ? network.Contains(Plain(address)) : IPAddress.TryParse(wanted, out var one) && one.Equals(Plain(address)));

    private static IPAddress Plain(IPAddress address) => address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
}
