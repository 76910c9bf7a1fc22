using Amazon.CDK.AWS.Grafana;

namespace KinesisPatterns.Cdk;

/// <summary>Which role of a SAML user gives which role in Grafana; who has none of them may only look.</summary>
/// <param name="Attribute">The attribute of the assertion that names a user's roles.</param>
/// <param name="Admins">The roles that administer Grafana, one or more.</param>
/// <param name="Editors">The roles that edit dashboards.</param>
public sealed record SamlRoles(string Attribute, IReadOnlyList<string> Admins, params IReadOnlyList<string> Editors);

/// <summary>The identity provider that users of a workspace log in with.</summary>
/// <remarks>https://docs.aws.amazon.com/grafana/latest/userguide/authentication-in-AMG-SAML.html</remarks>
public sealed record SamlProvider
{
    private SamlProvider(string? url, string? xml)
    {
        Url = url;
        Xml = xml;
    }

    /// <summary>Who is what in Grafana; null makes everyone a viewer.</summary>
    public SamlRoles? Roles { get; init; }

    /// <summary>The attribute of the assertion that holds a user's full name.</summary>
    public string NameAttribute { get; init; } = "displayName";

    /// <summary>The attribute of the assertion that holds a user's login.</summary>
    public string LoginAttribute { get; init; } = "mail";

    /// <summary>The attribute of the assertion that holds a user's address.</summary>
    public string EmailAttribute { get; init; } = "mail";

    /// <summary>How long a login lasts: 1 minute to 30 days.</summary>
    public Duration LoginValidity { get; init; } = Duration.Days(1);

    internal string? Url { get; }

    internal string? Xml { get; }

    /// <summary>The provider publishes its metadata at this address.</summary>
    public static SamlProvider FromMetadataUrl(string url) => new(url, null);

    /// <summary>The provider's metadata itself.</summary>
    public static SamlProvider FromMetadataXml(string xml) => new(null, xml);

    internal CfnWorkspace.SamlConfigurationProperty Configuration(IConstruct at)
    {
        Ensure.InRange(at, LoginValidity, Duration.Minutes(1), Duration.Days(30));
        Ensure.That(Roles is null or { Admins.Count: > 0 }, at, "one SAML role or more for administrators", "none");
        var https = Url is null || Token.IsUnresolved(Url) || Url.StartsWith("https://", StringComparison.Ordinal);
        Ensure.That(https, at, "SAML metadata at an https address", $"'{Url}'");
        return new()
        {
            IdpMetadata = new CfnWorkspace.IdpMetadataProperty { Url = Url, Xml = Xml },
            LoginValidityDuration = LoginValidity.ToMinutes(),
            AssertionAttributes = new CfnWorkspace.AssertionAttributesProperty
            {
                Name = NameAttribute,
                Login = LoginAttribute,
                Email = EmailAttribute,
                Role = Roles?.Attribute,
            },
            RoleValues = Roles is null ? null : new CfnWorkspace.RoleValuesProperty
            {
                Admin = Roles.Admins.ToArray(),
                Editor = Roles.Editors.Count > 0 ? Roles.Editors.ToArray() : null,
            },
        };
    }
}

/// <summary>How people log in to a workspace; IAM users and roles cannot.</summary>
/// <remarks>https://docs.aws.amazon.com/grafana/latest/userguide/authentication-in-AMG.html</remarks>
public sealed record GrafanaLogin
{
    private const string Sso = "AWS_SSO";
    private const string SamlName = "SAML";

    private GrafanaLogin(SamlProvider? provider, params IReadOnlyList<string> methods)
    {
        Provider = provider;
        Methods = methods;
    }

    /// <summary>
    /// With IAM Identity Center, which the account's organization must have switched on: the deployment fails without.
    /// Nobody is let in before somebody assigns users or groups to the workspace.
    /// </summary>
    public static GrafanaLogin IdentityCenter { get; } = new(null, Sso);

    /// <summary>With SAML that is set up later: any account can deploy it, and nobody can log in until then.</summary>
    public static GrafanaLogin SamlLater { get; } = new(null, SamlName);

    /// <summary>The authentication providers of the workspace.</summary>
    internal IReadOnlyList<string> Methods { get; }

    internal SamlProvider? Provider { get; }

    /// <summary>With an identity provider that speaks SAML 2.0.</summary>
    public static GrafanaLogin Saml(SamlProvider provider) => new(provider, SamlName);

    /// <summary>With either, as the user likes.</summary>
    public static GrafanaLogin IdentityCenterOrSaml(SamlProvider provider) => new(provider, Sso, SamlName);
}
