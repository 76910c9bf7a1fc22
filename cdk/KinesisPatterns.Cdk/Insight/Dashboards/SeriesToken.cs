using Amazon.CDK.AWS.SecretsManager;

namespace KinesisPatterns.Cdk;

/// <summary>The token by which Grafana reads a series store.</summary>
public sealed record SeriesToken
{
    private SeriesToken(ISecret secret, string? organization)
    {
        Secret = secret;
        Organization = organization;
    }

    /// <summary>The secret with the token itself, or with the login that can make one.</summary>
    internal ISecret Secret { get; }

    /// <summary>The organization in which the token is made; null when the secret holds the token.</summary>
    internal string? Organization { get; }

    /// <summary>The token lies in a secret, as JSON with <c>token</c>.</summary>
    public static SeriesToken Kept(ISecret secret) => new(secret, null);

    /// <summary>
    /// A token that reads one bucket is made with a login: JSON with <c>username</c> and <c>password</c> in a secret.
    /// </summary>
    public static SeriesToken MadeBy(ISecret login, string organization) => new(login, organization);
}
