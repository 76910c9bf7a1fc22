using System.Text.Json.Nodes;
using System.Web;
using HttpTests;

namespace KinesisPatterns.Lambdas.Tests.GrafanaProvisioning;

/// <summary>
/// A Grafana that keeps what it is told in memory, and refuses what a real one refuses: 409 for a name or uid that is
/// taken, 412 for a version or folder that is not the newest, 404 for what is not there.
/// </summary>
internal sealed class TestGrafana : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private HttpServer _server = null!;

    public Dictionary<string, JsonObject> DataSources { get; } = [];

    public Dictionary<string, JsonObject> Folders { get; } = [];

    public Dictionary<string, (JsonObject Dashboard, string Folder, int Version)> Dashboards { get; } = [];

    /// <summary>Rules by uid; provenance is how a rule was made.</summary>
    public Dictionary<string, (JsonObject Rule, string Provenance)> Rules { get; } = [];

    public HashSet<string> Plugins { get; } = [];

    /// <summary>The token it lets in.</summary>
    public string? Token { get; set; }

    /// <summary>Answers instead, when it gives an answer.</summary>
    public Func<Exchange, Answer?> Instead { get; set; } = _ => null;

    public Uri Url => _server.Url;

    public IEnumerable<Exchange> Seen => _server.Seen;

    public IEnumerable<string> Writes =>
        Seen.Where(exchange => exchange.Method != "GET").Select(exchange => $"{exchange.Method} {exchange.Path}");

    public static async Task<TestGrafana> StartAsync()
    {
        var grafana = new TestGrafana();
        grafana._server = await HttpServer.StartAsync(grafana.Handle);
        return grafana;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private Answer Handle(Exchange exchange)
    {
        lock (_lock)
        {
            if (Instead(exchange) is { } answer)
            {
                return answer;
            }

            if (Token is null || exchange.Headers.GetValueOrDefault("Authorization") != $"Bearer {Token}")
            {
                return Refused(401, "Invalid API key");
            }

            var address = new Uri(new Uri("http://grafana"), exchange.Path);
            var body = exchange.Body.Length > 0 ? JsonNode.Parse(exchange.Text)!.AsObject() : [];
            string[] path = [.. address.Segments.Skip(2).Select(part => Uri.UnescapeDataString(part.Trim('/')))];
            return (exchange.Method, path) switch
            {
                ("GET", ["datasources"]) => Found(new JsonArray([.. DataSources.Values.Select(Public)])),
                ("GET", ["datasources", "uid", var uid]) => Found(DataSources.GetValueOrDefault(uid) is { } one ? Public(one) : null),
                ("POST", ["datasources"]) => AddDataSource(body),
                ("PUT", ["datasources", "uid", var uid]) => DataSources.ContainsKey(uid) ? Put(DataSources, uid, body) : Missing,
                ("DELETE", ["datasources", "uid", var uid]) => Gone(DataSources.Remove(uid)),
                ("GET", ["folders", var uid]) => Found(Folders.GetValueOrDefault(uid)?.DeepClone()),
                ("POST", ["folders"]) => AddFolder(body),
                ("PUT", ["folders", var uid]) => !Folders.ContainsKey(uid) ? Missing
                    : (bool?)body["overwrite"] == true ? Put(Folders, uid, body) : Refused(412, "version-mismatch"),
                ("DELETE", ["folders", var uid]) => DeleteFolder(uid),
                ("GET", ["search"]) => Search(HttpUtility.ParseQueryString(address.Query)["folderUIDs"]),
                ("GET", ["dashboards", "uid", var uid]) => Dashboard(uid),
                ("POST", ["dashboards", "db"]) => SaveDashboard(body),
                ("DELETE", ["dashboards", "uid", var uid]) => Gone(Dashboards.Remove(uid)),
                ("GET", ["v1", "provisioning", "alert-rules"]) =>
                    Found(new JsonArray([.. Rules.Values.Select(rule => rule.Rule.DeepClone())])),
                ("DELETE", ["v1", "provisioning", "alert-rules", var uid]) => Gone(Rules.Remove(uid)),
                ("GET", ["v1", "provisioning", "folder", var folder, "rule-groups", var group]) => Group(folder, group),
                ("PUT", ["v1", "provisioning", "folder", var folder, "rule-groups", var group]) => PutGroup(folder, group, body),
                ("GET", ["plugins", var id, "settings"]) => Plugins.Contains(id) ? new(200, "{}") : Missing,
                ("POST", ["plugins", var id, "install"]) => Plugins.Add(id) ? new(200, "{}") : Refused(409, "installed"),
                _ => Refused(404, $"no such route {exchange.Method} {exchange.Path}"),
            };
        }
    }

    private static Answer Missing => Refused(404, "not found");

    private static Answer Refused(int status, string message) =>
        new(status, new JsonObject { ["message"] = message }.ToJsonString());

    private static Answer Found(JsonNode? json) => json is null ? Missing : new(200, json.ToJsonString());

    private static Answer Gone(bool was) => was ? new(200, "{}") : Missing;

    // Secrets are never told again.
    private static JsonObject Public(JsonObject source)
    {
        var copy = source.DeepClone().AsObject();
        copy.Remove("secureJsonData");
        return copy;
    }

    private static Answer Put(Dictionary<string, JsonObject> into, string uid, JsonObject body)
    {
        var copy = body.DeepClone().AsObject();
        copy["uid"] = uid;
        into[uid] = copy;
        return new(200, "{}");
    }

    private Answer AddDataSource(JsonObject body) =>
        DataSources.ContainsKey((string)body["uid"]!)
        || DataSources.Values.Any(one => (string?)one["name"] == (string?)body["name"])
            ? Refused(409, "data source with the same name already exists")
            : Put(DataSources, (string)body["uid"]!, body);

    private Answer AddFolder(JsonObject body) => Folders.ContainsKey((string)body["uid"]!)
        ? Refused(409, "a folder with the same uid already exists")
        : Put(Folders, (string)body["uid"]!, body);

    private Answer DeleteFolder(string uid)
    {
        if (Rules.Values.Any(rule => (string?)rule.Rule["folderUID"] == uid))
        {
            return Refused(400, "folder contains alert rules");
        }

        foreach (var inside in Dashboards.Where(one => one.Value.Folder == uid).Select(one => one.Key).ToArray())
        {
            Dashboards.Remove(inside);
        }

        return Gone(Folders.Remove(uid));
    }

    // Real ones take an unknown folder for no condition at all.
    private Answer Search(string? folder) => Found(new JsonArray(
    [
        .. Dashboards.Where(one => folder is null || !Folders.ContainsKey(folder) || one.Value.Folder == folder)
            .Select(one => new JsonObject { ["uid"] = one.Key, ["type"] = "dash-db" }),
    ]));

    private Answer Dashboard(string uid)
    {
        if (!Dashboards.TryGetValue(uid, out var one))
        {
            return Missing;
        }

        var dashboard = one.Dashboard.DeepClone().AsObject();
        dashboard["id"] = 7;
        dashboard["version"] = one.Version;
        return Found(new JsonObject { ["dashboard"] = dashboard, ["meta"] = new JsonObject { ["folderUid"] = one.Folder } });
    }

    private Answer SaveDashboard(JsonObject body)
    {
        var dashboard = body["dashboard"]!.DeepClone().AsObject();
        var uid = (string)dashboard["uid"]!;
        var folder = (string?)body["folderUid"] ?? "";
        var before = Dashboards.GetValueOrDefault(uid);
        if (before.Dashboard is not null && (bool?)body["overwrite"] != true)
        {
            return Refused(412, "version-mismatch");
        }

        if (folder.Length > 0 && !Folders.ContainsKey(folder))
        {
            return Refused(400, "folder not found");
        }

        if (uid.Length > 40)
        {
            return Refused(400, "uid too long, max 40 characters");
        }

        dashboard.Remove("id");
        Dashboards[uid] = (dashboard, folder, before.Version + 1);
        return new(200, new JsonObject { ["uid"] = uid, ["status"] = "success" }.ToJsonString());
    }

    private Answer Group(string folder, string group)
    {
        JsonNode[] rules =
        [
            .. Rules.Values.Select(rule => rule.Rule)
                .Where(rule => (string?)rule["folderUID"] == folder && (string?)rule["ruleGroup"] == group)
                .Select(rule => rule.DeepClone()),
        ];
        return rules.Length == 0 ? Missing : Found(new JsonObject
        {
            ["title"] = group,
            ["folderUid"] = folder,
            ["interval"] = 60,
            ["rules"] = new JsonArray(rules),
        });
    }

    private Answer PutGroup(string folder, string group, JsonObject body)
    {
        if (!Folders.ContainsKey(folder))
        {
            return Refused(404, "folder does not exist");
        }

        var rules = body["rules"]!.AsArray().Select(rule => rule!.AsObject()).ToArray();
        if (rules.Any(rule => Rules.TryGetValue((string)rule["uid"]!, out var there) && there.Provenance != "api"))
        {
            return Refused(409, "cannot change provenance from '' to 'api'");
        }

        foreach (var old in Rules.Where(one => (string?)one.Value.Rule["folderUID"] == folder
            && (string?)one.Value.Rule["ruleGroup"] == group).Select(one => one.Key).ToArray())
        {
            Rules.Remove(old);
        }

        foreach (var rule in rules)
        {
            Rules[(string)rule["uid"]!] = (rule.DeepClone().AsObject(), "api");
        }

        return new(200, body.ToJsonString());
    }
}
