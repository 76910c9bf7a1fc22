namespace KinesisPatterns.Blueprints;

/// <summary>How people log in to Grafana, as a user says it on the command line.</summary>
internal static class GrafanaContext
{
    private const string Metadata = "grafanaSamlMetadataUrl";
    private const string Admins = "grafanaSamlAdmins";

    public static GrafanaLogin? Login(Context context)
    {
        var saml = Saml(context);
        return context.Text("grafana") switch
        {
            null or "none" when saml is null => null,
            "sso" => saml is null ? GrafanaLogin.IdentityCenter : GrafanaLogin.IdentityCenterOrSaml(saml),
            "saml" => saml is null ? GrafanaLogin.SamlLater : GrafanaLogin.Saml(saml),
            _ => throw context.Wrong("grafana", saml is null ? "none, sso or saml" : $"sso or saml with {Metadata}"),
        };
    }

    private static SamlProvider? Saml(Context context)
    {
        if (context.Text(Metadata) is not { } url)
        {
            return context.Text(Admins) is null ? null : throw context.Wrong(Metadata, $"an address with {Admins}");
        }

        return SamlProvider.FromMetadataUrl(url) with
        {
            Roles = context.Text(Admins)?.Split('=') switch
            {
                null => null,
                [{ Length: > 0 } attribute, { Length: > 0 } role] => new SamlRoles(attribute, [role]),
                _ => throw context.Wrong(Admins, "attribute=role"),
            },
        };
    }
}
