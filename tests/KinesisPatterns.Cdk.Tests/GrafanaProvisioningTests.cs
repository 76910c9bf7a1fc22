namespace KinesisPatterns.Cdk.Tests;

public sealed class GrafanaProvisioningTests
{
    private readonly Stack _stack = new();

    [Fact]
    public void Tells_its_function_where_and_what_and_no_secret()
    {
        Provision(new InfluxStore(_stack, "Store"));

        var properties = _stack.Only("Custom::GrafanaContent").GetProperty("Properties");
        Assert.Equal(
            ["ContentHash", "Prefix", "ServiceToken", "TokenId", "TokenSecretArn", "Url", "Values", "WorkspaceId"],
            properties.EnumerateObject().Select(property => property.Name).Order());
        Assert.Contains("GrafanaToken", properties.GetProperty("TokenId").GetRawText(), StringComparison.Ordinal);
        Assert.Contains("ReadToken", properties.GetProperty("TokenSecretArn").GetRawText(), StringComparison.Ordinal);
    }

    [Fact]
    public void Makes_the_token_inside_of_the_stores_network_with_the_stores_login()
    {
        Provision(new InfluxStore(_stack, "Store"));

        var properties = _stack.Only("Custom::InfluxReadToken").GetProperty("Properties");
        Assert.Equal("readings", properties.GetProperty("Bucket").GetString());
        Assert.Equal("kinesis-patterns", properties.GetProperty("Organization").GetString());
        Assert.Contains("StoreLogin", properties.GetProperty("LoginSecretArn").GetRawText(), StringComparison.Ordinal);
        Assert.Single(
            _stack.All("AWS::Lambda::Function"),
            function => function.GetProperty("Properties").TryGetProperty("VpcConfig", out _));
    }

    [Fact]
    public void Lets_the_workspace_into_the_store()
    {
        Provision(new InfluxStore(_stack, "Store"));

        Assert.Contains(
            _stack.All("AWS::EC2::SecurityGroupIngress"),
            rule => rule.GetProperty("Properties").GetProperty("FromPort").GetInt32() == 8086
                && rule.GetProperty("Properties").GetProperty("SourceSecurityGroupId").GetRawText()
                    .Contains("WorkspaceSecurityGroup", StringComparison.Ordinal));
    }

    private void Provision(InfluxStore store) => new GrafanaProvisioning(_stack, "Grafana", new()
    {
        Workspace = new GrafanaWorkspace(_stack, "Workspace", new()
        {
            Login = GrafanaLogin.SamlLater,
            Network = GrafanaNetwork.To(store),
        }),
        Content = new GrafanaContent(_stack, "Content", new()
        {
            Store = store,
            Dashboards = [new("one", "One") { Panels = [new(PanelKind.Stat, "Readings", new SeriesQuery())] }],
        }),
        Function = new() { Code = FunctionCode.FromPublished(Published.Managed("Functions")) },
    });
}
