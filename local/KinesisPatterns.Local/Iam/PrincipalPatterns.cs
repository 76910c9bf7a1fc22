using System.Text.Json.Nodes;

namespace KinesisPatterns.Local.Iam;

/// <summary>How well a principal fits a statement of a resource policy.</summary>
internal enum PrincipalFit
{
    None,

    /// <summary>By its account: what the account's own policies allow, the resource accepts.</summary>
    Account,

    /// <summary>Itself, or everyone.</summary>
    Itself,
}

/// <summary>The Principal or NotPrincipal of a statement.</summary>
/// <remarks>https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html</remarks>
internal sealed class PrincipalPatterns
{
    private readonly bool _negated;
    private readonly bool _everyone;
    private readonly IReadOnlyList<string> _aws;
    private readonly IReadOnlyList<string> _services;

    private PrincipalPatterns(bool negated, bool everyone, IReadOnlyList<string> aws, IReadOnlyList<string> services) =>
        (_negated, _everyone, _aws, _services) = (negated, everyone, aws, services);

    /// <summary>Whether it names accounts and nothing else.</summary>
    public bool IsAccountAlone => !_negated && !_everyone && _services.Count == 0 && _aws.All(IsAccount);

    /// <summary>The services it names.</summary>
    public IReadOnlyList<string> Services => _services;

    public static PrincipalPatterns? Of(JsonObject statement)
    {
        var negated = statement["NotPrincipal"] is not null;
        return (statement["Principal"] ?? statement["NotPrincipal"]) switch
        {
            null => null,
            JsonObject kinds => new(negated, Named(kinds, "AWS").Contains("*"), Named(kinds, "AWS"), Named(kinds, "Service")),
            var text => new(negated, Json.Text(text) == "*", [Json.Text(text)], []),
        };
    }

    public PrincipalFit Fit(Principal principal, string account)
    {
        var fit = Plain(principal, account);
        return !_negated ? fit : fit == PrincipalFit.None ? PrincipalFit.Itself : PrincipalFit.None;
    }

    private PrincipalFit Plain(Principal principal, string account) => principal switch
    {
        _ when _everyone => PrincipalFit.Itself,
        AnonymousPrincipal => PrincipalFit.None,
        ServicePrincipal service => _services.Contains(service.Name, StringComparer.OrdinalIgnoreCase) ? PrincipalFit.Itself : PrincipalFit.None,
        RoleSession session when _aws.Contains(session.Role.Arn) || _aws.Contains(session.Name) => PrincipalFit.Itself,
        AccountUser user when _aws.Contains(user.Name) => PrincipalFit.Itself,
        _ => _aws.Any(one => one == account || one.EndsWith($":iam::{account}:root", StringComparison.Ordinal)) ? PrincipalFit.Account : PrincipalFit.None,
    };

    private static bool IsAccount(string principal) => principal.EndsWith(":root", StringComparison.Ordinal) || principal.All(char.IsAsciiDigit);

    private static IReadOnlyList<string> Named(JsonObject kinds, string kind) => kinds[kind] is { } node ? Statement.Texts(node) : [];
}
