using System.Security.Cryptography;
using System.Text;
using Amazon.CDK.AWS.SecretsManager;

namespace KinesisPatterns.Cdk;

/// <summary>Options for a <see cref="GrafanaProvisioning"/>.</summary>
public sealed record GrafanaProvisioningProps
{
    /// <summary>Where it is shown.</summary>
    public required GrafanaWorkspace Workspace { get; init; }

    /// <summary>What is shown.</summary>
    public required GrafanaContent Content { get; init; }

    /// <summary>The function <c>GrafanaProvisioning</c>, which writes it there at each deployment.</summary>
    public required PublishedFunctionProps Function { get; init; }
}

/// <summary>
/// Writes data sources, dashboards and alert rules into a workspace when the stack is deployed, and takes them away with
/// it.
/// </summary>
public sealed class GrafanaProvisioning : Construct
{
    private const string ContentFile = "grafana.json";

    private readonly PublishedFunctionProps _function;

    /// <summary>Defines the custom resources that do it, and lets the workspace into the series store.</summary>
    public GrafanaProvisioning(Construct scope, string id, GrafanaProvisioningProps props) : base(scope, id)
    {
        var (workspace, content, source) = (props.Workspace, props.Content, props.Content.Source);
        Ensure.That(
            workspace.PluginAdmin || !source.IsPlugin,
            this,
            $"a workspace with PluginAdmin, to install {source.Type}",
            "one without");
        _function = props.Function with { Timeout = Duration.Minutes(10) };

        source.GrantRead(workspace);
        if (source.Place is { } place)
        {
            place.SecurityGroup.AddIngressRule(
                workspace.Connections.SecurityGroups[0], Amazon.CDK.AWS.EC2.Port.Tcp(place.Port), "Grafana");
        }

        var hook = new DeploymentHook(this, "Hook", new()
        {
            Function = _function with { Code = _function.Code.With(ContentFile, content.Json) },
        });
        hook.GrantPrincipal.AddToPrincipalPolicy(new PolicyStatement(new PolicyStatementProps
        {
            Actions =
            [
                "grafana:CreateWorkspaceServiceAccount",
                "grafana:CreateWorkspaceServiceAccountToken",
                "grafana:DeleteWorkspaceServiceAccount",
                "grafana:ListWorkspaceServiceAccounts",
            ],
            Resources = [workspace.WorkspaceArn],
        }));

        var properties = new Dictionary<string, object>
        {
            ["WorkspaceId"] = workspace.WorkspaceId,
            ["Url"] = workspace.Url,
            ["Prefix"] = content.Prefix,
            ["ContentHash"] = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content.Json))),
            ["Values"] = content.Values.ToDictionary(),
        };
        if (source.IsPlugin)
        {
            properties["Plugin"] = source.Type;
        }

        if (source.Token is { } token)
        {
            var secret = token.Organization is null ? token.Secret : ReadToken((InfluxDataSource)source, content, properties);
            secret.GrantRead(hook);
            properties["TokenSecretArn"] = secret.SecretArn;
        }

        hook.Add(this, "Resource", "Custom::GrafanaContent", properties);
    }

    // A token that reads the one bucket, made by the store's own login, inside of its network.
    private Secret ReadToken(InfluxDataSource source, GrafanaContent content, Dictionary<string, object> properties)
    {
        var secret = new Secret(this, "ReadToken", new SecretProps
        {
            Description = "The token by which Grafana reads the series store",
            GenerateSecretString = new SecretStringGenerator
            {
                SecretStringTemplate = "{}",
                GenerateStringKey = "placeholder",
            },
        });
        secret.Acknowledge(
            "AwsSolutions-SMG4", "It is made anew when it no longer works, by the custom resource that made it.");
        var hook = new DeploymentHook(this, "TokenHook", new()
        {
            Function = _function with { Network = source.Place?.Writers },
        });
        source.Token.Secret.GrantRead(hook);
        secret.GrantRead(hook);
        hook.Allow(["secretsmanager:PutSecretValue"], secret.SecretArn);
        var token = hook.Add(this, "Token", "Custom::InfluxReadToken", new Dictionary<string, object>
        {
            ["Url"] = source.Url,
            ["Organization"] = source.Token.Organization!,
            ["Bucket"] = source.Database,
            ["LoginSecretArn"] = source.Token.Secret.SecretArn,
            ["TokenSecretArn"] = secret.SecretArn,
            ["Name"] = $"{content.Prefix}-grafana",
        });

        // Another token is to be written into the data source.
        properties["TokenId"] = token.GetAttString("TokenId");
        return secret;
    }
}
