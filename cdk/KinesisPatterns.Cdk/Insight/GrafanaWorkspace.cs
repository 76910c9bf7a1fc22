using Amazon.CDK.AWS.EC2;
using Amazon.CDK.AWS.Grafana;
using Amazon.CDK.AWS.SNS;

namespace KinesisPatterns.Cdk;

/// <summary>Options for a <see cref="GrafanaWorkspace"/>.</summary>
public sealed record GrafanaWorkspaceProps
{
    /// <summary>How people log in.</summary>
    public required GrafanaLogin Login { get; init; }

    /// <summary>
    /// Grafana's version, such as <c>10.4</c>: 9 or newer; null takes AWS's newest. It can be raised later, never lowered.
    /// </summary>
    /// <remarks>https://docs.aws.amazon.com/grafana/latest/userguide/AMG-workspace-version-update.html</remarks>
    public string? Version { get; init; }

    /// <summary>Where in a VPC it asks its data sources; null asks them over the internet.</summary>
    public GrafanaNetwork? Network { get; init; }

    /// <summary>From where people are let in; null lets them in from anywhere.</summary>
    public GrafanaDoor? Door { get; init; }

    /// <summary>The topics that its contact points may publish to.</summary>
    public IReadOnlyList<ITopic> NotificationTopics { get; init; } = [];

    /// <summary>Whether its administrators may install plugins, which Timestream LiveAnalytics needs.</summary>
    public bool PluginAdmin { get; init; }

    /// <summary>What it is called in the console of AWS; null leaves it unnamed.</summary>
    public string? Name { get; init; }
}

/// <summary>An Amazon Managed Grafana workspace with a role of its own that reads CloudWatch.</summary>
/// <remarks>https://docs.aws.amazon.com/grafana/latest/userguide/what-is-Amazon-Managed-Service-Grafana.html</remarks>
public sealed class GrafanaWorkspace : Construct, IGrantable, IConnectable
{
    private readonly CfnWorkspace _workspace;
    private readonly Role _role;
    private readonly SecurityGroup? _securityGroup;

    /// <summary>Defines the workspace.</summary>
    public GrafanaWorkspace(Construct scope, string id, GrafanaWorkspaceProps props) : base(scope, id)
    {
        EnsureVersion(props.Version);
        var saml = props.Login.Provider?.Configuration(this);
        var subnets = Subnets(props.Network);
        EnsureDoor(props.Door);

        PluginAdmin = props.PluginAdmin;
        _role = GrafanaRole.In(this, props.NotificationTopics);
        _securityGroup = props.Network is { } network ? Group(network) : null;
        _workspace = new CfnWorkspace(this, "Resource", new CfnWorkspaceProps
        {
            Name = props.Name,
            Description = $"Deployed by {Stack.Of(this).StackName}",
            AccountAccessType = "CURRENT_ACCOUNT",
            AuthenticationProviders = props.Login.Methods.ToArray(),
            SamlConfiguration = saml,

            // A role that the service would make itself is only made in the console.
            PermissionType = "CUSTOMER_MANAGED",
            RoleArn = _role.RoleArn,
            DataSources = ["CLOUDWATCH"],
            NotificationDestinations = props.NotificationTopics.Count > 0 ? ["SNS"] : null,
            GrafanaVersion = props.Version,
            PluginAdminEnabled = props.PluginAdmin ? true : null,
            VpcConfiguration = _securityGroup is null ? null : new CfnWorkspace.VpcConfigurationProperty
            {
                SubnetIds = subnets!,
                SecurityGroupIds = [_securityGroup.SecurityGroupId],
            },
            NetworkAccessControl = props.Door is null ? null : new CfnWorkspace.NetworkAccessControlProperty
            {
                PrefixListIds = props.Door.PrefixLists.Select(list => list.PrefixListId).ToArray(),
                VpceIds = props.Door.Endpoints.Select(endpoint => endpoint.VpcEndpointId).ToArray(),
            },
        });
    }

    /// <summary>Its id, <c>g-</c> and ten digits.</summary>
    public string WorkspaceId => _workspace.AttrId;

    /// <summary>Its ARN.</summary>
    public string WorkspaceArn => Stack.Of(this).FormatArn(new ArnComponents
    {
        Service = "grafana",
        Resource = "/workspaces",
        ResourceName = WorkspaceId,
    });

    /// <summary>Where people open it.</summary>
    public string Url => $"https://{_workspace.AttrEndpoint}";

    /// <summary>As whom it asks its data sources, with a network of its own.</summary>
    public Connections_ Connections => _securityGroup?.Connections
        ?? throw new InvalidOperationException($"{Node.Path}: expected a workspace in a VPC, got one without Network");

    /// <inheritdoc/>
    public IPrincipal GrantPrincipal => _role;

    /// <summary>Whether its administrators may install plugins.</summary>
    internal bool PluginAdmin { get; }

    private void EnsureVersion(string? version)
    {
        // Service accounts, by which dashboards are deployed, exist from 9 on.
        var known = version is null || Token.IsUnresolved(version)
            || (System.Version.TryParse(version, out var number) && number.Major >= 9);
        Ensure.That(known, this, "Version 9.x or newer, such as 10.4", version ?? "");
    }

    private void EnsureDoor(GrafanaDoor? door)
    {
        if (door is not null)
        {
            var (lists, endpoints) = (door.PrefixLists.Count, door.Endpoints.Count);
            Ensure.That(lists <= 5 && endpoints <= 5, this, "a Door of up to 5 of each", $"{lists} and {endpoints}");
            Ensure.That(lists + endpoints > 0, this, "a Door with a prefix list or an endpoint", "neither");
        }
    }

    // https://docs.aws.amazon.com/grafana/latest/APIReference/API_VpcConfiguration.html
    private string[]? Subnets(GrafanaNetwork? network)
    {
        var subnets = network?.Vpc.SelectSubnets(network.Subnets).SubnetIds;
        Ensure.That(
            subnets is null or { Length: >= 2 and <= 6 },
            this,
            "2 to 6 subnets in different availability zones",
            $"{subnets?.Length}");
        return subnets;
    }

    private SecurityGroup Group(GrafanaNetwork network)
    {
        var group = new SecurityGroup(this, "SecurityGroup", new SecurityGroupProps
        {
            Vpc = network.Vpc,
            Description = "A Grafana workspace, on its way to its data sources",
        });
        if (network.Isolated)
        {
            var metrics = new InterfaceVpcEndpoint(this, "CloudWatch", new InterfaceVpcEndpointProps
            {
                Vpc = network.Vpc,
                Subnets = (SubnetSelection)network.Subnets,
                Service = InterfaceVpcEndpointAwsService.CLOUDWATCH_MONITORING,
                Open = false,
            });
            metrics.Connections.AllowDefaultPortFrom(group, "Grafana reads metrics");
        }

        return group;
    }
}
