using System.Globalization;
using System.Text.RegularExpressions;

namespace KinesisPatterns.Local.Kinesis;

/// <summary>Collects what is wrong with a request, then says all of it at once as the AWS API does.</summary>
internal sealed partial class Constraints
{
    private readonly List<string> _errors = [];

    public Constraints Required(string member, object? value) =>
        Check(value is not null, "null", member, "Member must not be null");

    public Constraints Name(string member, string? value) => Required(member, value)
        .Length(member, value, 1, 128)
        .Check(value is null || Names().IsMatch(value), $"'{value}'", member,
            "Member must satisfy regular expression pattern: [a-zA-Z0-9_.-]+");

    public Constraints HashKey(string member, string? value) => Check(
        value is null || HashKeys().IsMatch(value), $"'{value}'", member,
        @"Member must satisfy regular expression pattern: 0|([1-9]\d{0,38})");

    public Constraints OneOf(string member, string? value, params string[] allowed) => Check(
        value is null || allowed.Contains(value, StringComparer.Ordinal), $"'{value}'", member,
        $"Member must satisfy enum value set: [{string.Join(", ", allowed)}]");

    public Constraints Length(string member, string? value, int least, int most) =>
        Between(member, $"'{value}'", "length", value?.Length, least, most);

    public Constraints Range(string member, long? value, long least, long most) =>
        Between(member, Invariant($"'{value}'"), "value", value, least, most);

    public Constraints Check(bool valid, string value, string member, string rule)
    {
        if (!valid)
        {
            _errors.Add($"Value {value} at '{Camel(member)}' failed to satisfy constraint: {rule}");
        }

        return this;
    }

    /// <summary>Fails when something is wrong.</summary>
    public void Enforce()
    {
        if (_errors.Count > 0)
        {
            var plural = _errors.Count == 1 ? "" : "s";
            throw KinesisException.Validation(
                Invariant($"{_errors.Count} validation error{plural} detected: {string.Join("; ", _errors)}"));
        }
    }

    private Constraints Between(string member, string shown, string what, long? actual, long least, long most) =>
        Check(actual is null || actual >= least, shown, member,
            Invariant($"Member must have {what} greater than or equal to {least}"))
        .Check(actual is null || actual <= most, shown, member,
            Invariant($"Member must have {what} less than or equal to {most}"));

    private static string Camel(string member) => char.ToLowerInvariant(member[0]) + member[1..];

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"^[a-zA-Z0-9_.-]+\z")]
    private static partial Regex Names();

    [GeneratedRegex(@"^(0|([1-9]\d{0,38}))\z")]
    private static partial Regex HashKeys();
}
