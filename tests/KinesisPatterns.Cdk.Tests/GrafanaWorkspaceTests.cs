using Amazon.CDK.AWS.EC2;
using Amazon.CDK.AWS.SNS;

namespace KinesisPatterns.Cdk.Tests;

public sealed class GrafanaWorkspaceTests
{
    private readonly Stack _stack = new();

    [Fact]
    public void Has_a_role_of_its_own_and_lets_nobody_in_until_it_is_told_whom()
    {
        new GrafanaWorkspace(_stack, "Grafana", new() { Login = GrafanaLogin.SamlLater });

        _stack.ShouldHave("AWS::Grafana::Workspace", """
            {
              "AccountAccessType": "CURRENT_ACCOUNT",
              "AuthenticationProviders": ["SAML"],
              "PermissionType": "CUSTOMER_MANAGED",
              "RoleArn": { "Fn::GetAtt": ["GrafanaRoleCE4ED1CA", "Arn"] },
              "DataSources": ["CLOUDWATCH"],
              "SamlConfiguration": null,
              "GrafanaVersion": null,
              "PluginAdminEnabled": null,
              "NotificationDestinations": null,
              "NetworkAccessControl": null,
              "VpcConfiguration": null
            }
            """);
    }

    [Fact]
    public void Its_role_is_for_workspaces_of_this_account_and_reads_metrics()
    {
        new GrafanaWorkspace(_stack, "Grafana", new() { Login = GrafanaLogin.IdentityCenter });

        _stack.ShouldHave("AWS::IAM::Role", """
            {
              "AssumeRolePolicyDocument": {
                "Statement": [
                  {
                    "Principal": { "Service": "grafana.amazonaws.com" },
                    "Condition": { "StringEquals": { "aws:SourceAccount": { "Ref": "AWS::AccountId" } } }
                  }
                ]
              }
            }
            """);
        Assert.Equal(
            ["cloudwatch:GetMetricData", "cloudwatch:GetMetricStatistics", "cloudwatch:ListMetrics"],
            _stack.AllowedActions());
    }

    [Fact]
    public void Takes_an_identity_provider_and_its_roles()
    {
        new GrafanaWorkspace(_stack, "Grafana", new()
        {
            Login = GrafanaLogin.IdentityCenterOrSaml(SamlProvider.FromMetadataUrl("https://idp.example/metadata") with
            {
                Roles = new("role", ["admins"], "editors"),
                LoginValidity = Duration.Hours(8),
            }),
        });

        _stack.ShouldHave("AWS::Grafana::Workspace", """
            {
              "AuthenticationProviders": ["AWS_SSO", "SAML"],
              "SamlConfiguration": {
                "IdpMetadata": { "Url": "https://idp.example/metadata", "Xml": null },
                "LoginValidityDuration": 480,
                "AssertionAttributes": { "Name": "displayName", "Login": "mail", "Email": "mail", "Role": "role" },
                "RoleValues": { "Admin": ["admins"], "Editor": ["editors"] }
              }
            }
            """);
    }

    [Fact]
    public void Takes_metadata_as_it_is()
    {
        new GrafanaWorkspace(_stack, "Grafana", new() { Login = GrafanaLogin.Saml(SamlProvider.FromMetadataXml("<md/>")) });

        _stack.ShouldHave("AWS::Grafana::Workspace", """
            {
              "AuthenticationProviders": ["SAML"],
              "SamlConfiguration": { "IdpMetadata": { "Xml": "<md/>", "Url": null }, "RoleValues": null }
            }
            """);
    }

    [Fact]
    public void Publishes_to_the_topics_it_is_given()
    {
        new GrafanaWorkspace(_stack, "Grafana", new()
        {
            Login = GrafanaLogin.SamlLater,
            NotificationTopics = [new Topic(_stack, "Topic")],
        });

        _stack.ShouldHave("AWS::Grafana::Workspace", """{ "NotificationDestinations": ["SNS"] }""");
        Assert.Contains("sns:Publish", _stack.AllowedActions());
    }

    [Fact]
    public void Asks_its_data_sources_from_the_network_it_is_given()
    {
        new GrafanaWorkspace(_stack, "Grafana", new()
        {
            Login = GrafanaLogin.SamlLater,
            Network = new(new Vpc(_stack, "Vpc"), new SubnetSelection { SubnetType = SubnetType.PRIVATE_WITH_EGRESS }),
        });

        _stack.ShouldHave("AWS::Grafana::Workspace", """
            {
              "VpcConfiguration": {
                "SecurityGroupIds": [{ "Fn::GetAtt": ["GrafanaSecurityGroup402F5EB5", "GroupId"] }],
                "SubnetIds": [{ "Ref": "VpcPrivateSubnet1Subnet536B997A" }, { "Ref": "VpcPrivateSubnet2Subnet3788AAA1" }]
              }
            }
            """);
        _stack.ShouldCount("AWS::EC2::VPCEndpoint", 0);
    }

    [Fact]
    public void Reaches_CloudWatch_from_a_network_without_a_way_out()
    {
        var store = new InfluxStore(_stack, "Store");

        new GrafanaWorkspace(_stack, "Grafana", new()
        {
            Login = GrafanaLogin.SamlLater,
            Network = GrafanaNetwork.To(store),
        });

        _stack.ShouldHave("AWS::EC2::VPCEndpoint", """
            {
              "ServiceName": { "Fn::Join": ["", ["com.amazonaws.", { "Ref": "AWS::Region" }, ".monitoring"]] },
              "PrivateDnsEnabled": true
            }
            """);
    }

    [Fact]
    public void Lets_people_in_from_where_it_is_told()
    {
        new GrafanaWorkspace(_stack, "Grafana", new()
        {
            Login = GrafanaLogin.SamlLater,
            Version = "12.4",
            PluginAdmin = true,
            Name = "plant",
            Door = new([PrefixList.FromPrefixListId(_stack, "Office", "pl-1")]),
        });

        _stack.ShouldHave("AWS::Grafana::Workspace", """
            {
              "Name": "plant",
              "GrafanaVersion": "12.4",
              "PluginAdminEnabled": true,
              "NetworkAccessControl": { "PrefixListIds": ["pl-1"], "VpceIds": [] }
            }
            """);
    }

    [Theory]
    [InlineData("8.4")]
    [InlineData("newest")]
    public void Fails_when_the_version_has_no_service_accounts(string version) => Synth.ShouldFail(
        $"Default/Grafana: expected Version 9.x or newer, such as 10.4, got {version}",
        () => new GrafanaWorkspace(_stack, "Grafana", new() { Login = GrafanaLogin.SamlLater, Version = version }));

    [Fact]
    public void Fails_when_the_metadata_would_be_read_in_the_clear() => Synth.ShouldFail(
        "Default/Grafana: expected SAML metadata at an https address, got 'http://idp.example'",
        () => new GrafanaWorkspace(_stack, "Grafana", new()
        {
            Login = GrafanaLogin.Saml(SamlProvider.FromMetadataUrl("http://idp.example")),
        }));

    [Fact]
    public void Fails_when_nobody_would_administer_it() => Synth.ShouldFail(
        "Default/Grafana: expected one SAML role or more for administrators, got none",
        () => new GrafanaWorkspace(_stack, "Grafana", new()
        {
            Login = GrafanaLogin.Saml(SamlProvider.FromMetadataXml("<md/>") with { Roles = new("role", []) }),
        }));

    [Fact]
    public void Fails_when_the_door_is_none() => Synth.ShouldFail(
        "Default/Grafana: expected a Door with a prefix list or an endpoint, got neither",
        () => new GrafanaWorkspace(_stack, "Grafana", new() { Login = GrafanaLogin.SamlLater, Door = new([]) }));

    [Fact]
    public void Fails_when_it_would_be_in_one_availability_zone() => Synth.ShouldFail(
        "Default/Grafana: expected 2 to 6 subnets in different availability zones, got 1",
        () => new GrafanaWorkspace(_stack, "Grafana", new()
        {
            Login = GrafanaLogin.SamlLater,
            Network = new(
                new Vpc(_stack, "Vpc", new VpcProps { MaxAzs = 1 }),
                new SubnetSelection { SubnetType = SubnetType.PRIVATE_WITH_EGRESS }),
        }));
}
