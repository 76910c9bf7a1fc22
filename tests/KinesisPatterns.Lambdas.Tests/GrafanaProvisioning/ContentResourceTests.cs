using System.Text.Json;
using System.Text.Json.Nodes;
using KinesisPatterns.Lambdas.CustomResources;
using KinesisPatterns.Lambdas.GrafanaProvisioning;

namespace KinesisPatterns.Lambdas.Tests.GrafanaProvisioning;

public sealed class ContentResourceTests : IWorkspaces, ISecrets, IAsyncLifetime
{
    private const string Prefix = "kp-1a2b3c4d5e";
    private const string Gone = "no such workspace";

    private readonly HttpClient _http = new();
    private readonly List<ServiceAccount> _accounts = [];
    private readonly List<string> _calls = [];
    private string _file = File(title: "Fleet");
    private string _secret = """{"id":"1","token":"read-me"}""";
    private int _conflicts;
    private bool _workspaceGone;
    private TestGrafana _grafana = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _grafana = await TestGrafana.StartAsync();

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _grafana.DisposeAsync();
    }

    [Fact]
    public async Task Writes_data_sources_folder_dashboards_and_rules()
    {
        var answer = await SendAsync(RequestType.Create);

        Assert.Equal($"g-1/{Prefix}", answer.PhysicalResourceId);
        var store = _grafana.DataSources[$"{Prefix}-store"];
        Assert.Equal("https://store.example:8086", (string?)store["url"]);
        Assert.Equal("Token read-me", (string?)store["secureJsonData"]!["httpHeaderValue1"]);
        Assert.Null(_grafana.DataSources[$"{Prefix}-cloudwatch"]["secureJsonData"]);
        Assert.Equal("TimeSeries", (string?)_grafana.Folders[$"{Prefix}-folder"]["title"]);
        var (dashboard, folder, version) = _grafana.Dashboards[$"{Prefix}-fleet"];
        Assert.Equal((1, $"{Prefix}-folder"), (version, folder));
        Assert.Equal("name \"quoted\" \\", (string?)dashboard["description"]);
        Assert.Equal([$"{Prefix}-silent"], _grafana.Rules.Keys);
    }

    [Fact]
    public async Task Leaves_no_account_behind()
    {
        await SendAsync(RequestType.Create);

        Assert.Empty(_accounts);
        Assert.Equal(
            ["accounts", "create kp-1a2b3c4d5e-deployment", "token 1200", "delete 1"], _calls);
    }

    [Fact]
    public async Task A_request_delivered_again_changes_nothing()
    {
        var first = await SendAsync(RequestType.Create);
        var before = _grafana.Writes.Count();

        var second = await SendAsync(RequestType.Create);

        Assert.Equal(first, second);
        Assert.Equal(
            [$"PUT /api/datasources/uid/{Prefix}-store", $"PUT /api/datasources/uid/{Prefix}-cloudwatch"],
            _grafana.Writes.Skip(before));
        Assert.Equal(1, _grafana.Dashboards[$"{Prefix}-fleet"].Version);
    }

    [Fact]
    public async Task An_update_makes_one_new_version_of_what_changed()
    {
        await SendAsync(RequestType.Create);
        _file = File(title: "The fleet");

        await SendAsync(RequestType.Update);

        var (dashboard, _, version) = _grafana.Dashboards[$"{Prefix}-fleet"];
        Assert.Equal(("The fleet", 2), ((string?)dashboard["title"], version));
    }

    [Fact]
    public async Task An_update_puts_right_what_somebody_changed()
    {
        await SendAsync(RequestType.Create);
        var (dashboard, _, _) = _grafana.Dashboards[$"{Prefix}-fleet"];
        dashboard["title"] = "Mine";
        _grafana.Dashboards[$"{Prefix}-fleet"] = (dashboard, "", 5);
        _grafana.Folders[$"{Prefix}-folder"]["title"] = "Mine";
        _grafana.Rules[$"{Prefix}-silent"] = (new() { ["uid"] = $"{Prefix}-silent", ["folderUID"] = "mine" }, "");
        _grafana.DataSources.Remove($"{Prefix}-store");

        await SendAsync(RequestType.Update);

        Assert.Equal("Fleet", (string?)_grafana.Dashboards[$"{Prefix}-fleet"].Dashboard["title"]);
        Assert.Equal($"{Prefix}-folder", _grafana.Dashboards[$"{Prefix}-fleet"].Folder);
        Assert.Equal("TimeSeries", (string?)_grafana.Folders[$"{Prefix}-folder"]["title"]);
        Assert.Equal("api", _grafana.Rules[$"{Prefix}-silent"].Provenance);
        Assert.Contains($"{Prefix}-store", _grafana.DataSources.Keys);
    }

    [Fact]
    public async Task An_update_takes_away_dashboards_that_are_no_longer_wanted_and_leaves_those_of_others()
    {
        await SendAsync(RequestType.Create);
        _grafana.Dashboards[$"{Prefix}-old"] = ([], $"{Prefix}-folder", 1);
        _grafana.Dashboards["theirs"] = ([], $"{Prefix}-folder", 1);

        await SendAsync(RequestType.Update);

        Assert.Equal(["theirs", $"{Prefix}-fleet"], _grafana.Dashboards.Keys.OrderDescending());
    }

    [Fact]
    public async Task A_deletion_takes_everything_away_and_can_be_delivered_again()
    {
        await SendAsync(RequestType.Create);

        await SendAsync(RequestType.Delete);
        await SendAsync(RequestType.Delete);

        Assert.Empty(_grafana.DataSources);
        Assert.Empty(_grafana.Folders);
        Assert.Empty(_grafana.Dashboards);
        Assert.Empty(_grafana.Rules);
    }

    [Fact]
    public async Task A_deletion_leaves_what_others_made_and_the_folder_that_holds_it()
    {
        await SendAsync(RequestType.Create);
        _grafana.Dashboards["theirs"] = ([], $"{Prefix}-folder", 1);
        _grafana.DataSources["theirs"] = new() { ["uid"] = "theirs", ["name"] = "theirs" };

        await SendAsync(RequestType.Delete);

        Assert.Equal(["theirs"], _grafana.Dashboards.Keys);
        Assert.Equal(["theirs"], _grafana.DataSources.Keys);
        Assert.Equal([$"{Prefix}-folder"], _grafana.Folders.Keys);
    }

    [Fact]
    public async Task A_deletion_after_the_workspace_is_done()
    {
        _workspaceGone = true;

        Assert.Equal($"g-1/{Prefix}", (await SendAsync(RequestType.Delete)).PhysicalResourceId);
        await Assert.ThrowsAsync<WorkspaceGoneException>(() => SendAsync(RequestType.Update));
    }

    [Fact]
    public async Task A_creation_that_fails_in_the_middle_takes_back_what_it_wrote()
    {
        _grafana.Instead = exchange => exchange is { Method: "PUT" } && exchange.Path.Contains("rule-groups", StringComparison.Ordinal)
            ? new(400, """{"message":"invalid rule"}""")
            : null;

        var error = await Assert.ThrowsAsync<GrafanaException>(() => SendAsync(RequestType.Create));

        Assert.Contains("invalid rule", error.Message, StringComparison.Ordinal);
        Assert.Empty(_grafana.Dashboards);
        Assert.Empty(_grafana.Folders);
        Assert.Empty(_grafana.DataSources);
        Assert.Empty(_accounts);
    }

    [Fact]
    public async Task An_update_that_fails_leaves_what_there_was()
    {
        await SendAsync(RequestType.Create);
        _grafana.Instead = exchange => exchange.Path == "/api/dashboards/db" ? new(400, "{}") : null;
        _file = File(title: "The fleet");

        await Assert.ThrowsAsync<GrafanaException>(() => SendAsync(RequestType.Update));

        Assert.Equal("Fleet", (string?)_grafana.Dashboards[$"{Prefix}-fleet"].Dashboard["title"]);
        Assert.Empty(_accounts);
    }

    [Theory]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(503)]
    public async Task Is_patient_with_a_workspace_that_is_not_ready(int status)
    {
        var refused = 0;
        _grafana.Instead = _ => refused++ < 5 ? new(status, "not yet") : null;

        await SendAsync(RequestType.Create);

        Assert.NotEmpty(_grafana.Dashboards);
    }

    [Fact]
    public async Task Waits_no_longer_than_is_reasonable()
    {
        _grafana.Instead = _ => new(503, "never");

        var error = await Assert.ThrowsAsync<CustomResourceException>(() => SendAsync(RequestType.Create));

        Assert.Contains("503: never", error.Message, StringComparison.Ordinal);
        Assert.Empty(_accounts);
    }

    [Fact]
    public async Task A_dashboard_written_by_somebody_at_the_same_time_is_written_once_more()
    {
        var once = true;
        _grafana.Instead = exchange =>
            exchange.Path == "/api/dashboards/db" && once && !(once = false) ? new(412, "version-mismatch") : null;

        await SendAsync(RequestType.Create);

        Assert.NotEmpty(_grafana.Dashboards);
    }

    [Fact]
    public async Task A_data_source_of_that_name_that_is_somebody_elses_is_not_touched()
    {
        _grafana.DataSources["theirs"] = new() { ["uid"] = "theirs", ["name"] = "TimeSeries series store" };

        var error = await Assert.ThrowsAsync<GrafanaException>(() => SendAsync(RequestType.Create));

        Assert.Equal("The workspace has another data source 'TimeSeries series store'. Rename or delete that.", error.Message);
        Assert.Equal(["theirs"], _grafana.DataSources.Keys);
    }

    [Fact]
    public async Task A_new_token_reaches_the_data_source()
    {
        await SendAsync(RequestType.Create);
        _secret = """{"token":"another"}""";

        await SendAsync(RequestType.Update);

        Assert.Equal(
            "Token another", (string?)_grafana.DataSources[$"{Prefix}-store"]["secureJsonData"]!["httpHeaderValue1"]);
    }

    [Fact]
    public async Task Deletes_what_a_run_that_was_ended_left()
    {
        _accounts.Add(new("77", $"{Prefix}-deployment"));
        _accounts.Add(new("78", "somebody"));

        await SendAsync(RequestType.Create);

        Assert.Equal([new("78", "somebody")], _accounts);
    }

    [Fact]
    public async Task Waits_while_the_workspace_is_busy()
    {
        _conflicts = 3;

        await SendAsync(RequestType.Create);

        Assert.NotEmpty(_grafana.Dashboards);
    }

    [Fact]
    public async Task Installs_the_plugin_that_is_needed_once()
    {
        await SendAsync(RequestType.Create, ("Plugin", "grafana-timestream-datasource"));
        await SendAsync(RequestType.Update, ("Plugin", "grafana-timestream-datasource"));

        Assert.Single(_grafana.Writes, write => write == "POST /api/plugins/grafana-timestream-datasource/install");
    }

    [Fact]
    public async Task A_secret_that_is_none_is_not_quoted()
    {
        _secret = "hunter2";

        var error = await Assert.ThrowsAsync<FormatException>(() => SendAsync(RequestType.Create));

        Assert.DoesNotContain("hunter2", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_value_that_is_missing_is_named()
    {
        _file = _file.Replace("<value-2>", "<value-3>", StringComparison.Ordinal);

        var error = await Assert.ThrowsAsync<FormatException>(() => SendAsync(RequestType.Create));

        Assert.Equal("Expected a value for <value-3>, got none.", error.Message);
    }

    Task<IReadOnlyList<ServiceAccount>> IWorkspaces.AccountsAsync(string workspace, CancellationToken cancellation)
    {
        _calls.Add("accounts");
        return _workspaceGone ? throw new WorkspaceGoneException(Gone) : Task.FromResult<IReadOnlyList<ServiceAccount>>([.. _accounts]);
    }

    Task<ServiceAccount> IWorkspaces.CreateAccountAsync(string workspace, string name, CancellationToken cancellation)
    {
        if (_conflicts-- > 0 || _accounts.Any(account => account.Name == name))
        {
            throw new WorkspaceConflictException("busy");
        }

        _calls.Add($"create {name}");
        var account = new ServiceAccount("1", name);
        _accounts.Add(account);
        return Task.FromResult(account);
    }

    Task<string> IWorkspaces.CreateTokenAsync(string workspace, string account, TimeSpan lifetime, CancellationToken cancellation)
    {
        _calls.Add($"token {lifetime.TotalSeconds}");
        _grafana.Token = $"key-{Guid.NewGuid()}";
        return Task.FromResult(_grafana.Token);
    }

    Task IWorkspaces.DeleteAccountAsync(string workspace, string account, CancellationToken cancellation)
    {
        _calls.Add($"delete {account}");
        _accounts.RemoveAll(one => one.Id == account);
        _grafana.Token = null;
        return Task.CompletedTask;
    }

    Task<string> ISecrets.ReadAsync(string arn, CancellationToken cancellation) => Task.FromResult(_secret);

    Task ISecrets.WriteAsync(string arn, string text, CancellationToken cancellation) => throw new NotSupportedException();

    private Task<CustomResourceAnswer> SendAsync(RequestType type, params (string Name, string Value)[] others)
    {
        var properties = new JsonObject
        {
            ["WorkspaceId"] = "g-1",
            ["Url"] = _grafana.Url.ToString(),
            ["Prefix"] = Prefix,
            ["TokenSecretArn"] = "arn:token",
            ["Values"] = new JsonObject { ["value-1"] = "store.example", ["value-2"] = "name \"quoted\" \\" },
        };
        foreach (var (name, value) in others)
        {
            properties[name] = value;
        }

        var resource = new ContentResource(this, this, _http, () => _file, _ => TimeSpan.Zero);
        return resource.HandleAsync(
            new()
            {
                RequestType = type,
                RequestId = "r-1",
                ResourceType = "Custom::GrafanaContent",
                LogicalResourceId = "Grafana",
                ResourceProperties = JsonDocument.Parse(properties.ToJsonString()).RootElement,
            },
            Cancellation);
    }

    private static string File(string title) => $$"""
        {
          "folder": { "uid": "{{Prefix}}-folder", "title": "TimeSeries" },
          "dataSources": [
            {
              "type": "influxdb", "access": "proxy", "url": "https://<value-1>:8086",
              "jsonData": { "dbName": "readings", "httpHeaderName1": "Authorization" },
              "uid": "{{Prefix}}-store", "name": "TimeSeries series store"
            },
            { "type": "cloudwatch", "access": "proxy", "jsonData": {}, "uid": "{{Prefix}}-cloudwatch", "name": "TimeSeries CloudWatch" }
          ],
          "dashboards": [
            { "uid": "{{Prefix}}-fleet", "title": "{{title}}", "description": "<value-2>", "panels": [{ "id": 1, "thresholds": null }] }
          ],
          "alerts": {
            "title": "TimeSeries", "folderUid": "{{Prefix}}-folder", "interval": 60,
            "rules": [{ "uid": "{{Prefix}}-silent", "folderUID": "{{Prefix}}-folder", "ruleGroup": "TimeSeries", "for": "5m" }]
          }
        }
        """;
}
