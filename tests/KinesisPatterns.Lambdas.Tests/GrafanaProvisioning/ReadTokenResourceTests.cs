using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using HttpTests;
using KinesisPatterns.Lambdas.CustomResources;
using KinesisPatterns.Lambdas.GrafanaProvisioning;

namespace KinesisPatterns.Lambdas.Tests.GrafanaProvisioning;

/// <summary>The token by which Grafana reads, made in an InfluxDB 2 whose part the test plays.</summary>
public sealed class ReadTokenResourceTests : ISecrets, IAsyncLifetime
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { UseCookies = false });
    private readonly Dictionary<string, JsonObject> _tokens = [];
    private readonly List<JsonObject> _mappings = [];
    private string _secret = """{"placeholder":"generated"}""";
    private bool _secretIsLocked;
    private int _made;
    private HttpServer _influx = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private JsonObject Secret => JsonNode.Parse(_secret)!.AsObject();

    public async ValueTask InitializeAsync() => _influx = await HttpServer.StartAsync(Handle);

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _influx.DisposeAsync();
    }

    [Fact]
    public async Task Makes_a_token_that_reads_the_bucket_and_nothing_else()
    {
        var answer = await SendAsync(RequestType.Create);

        var (id, token) = Assert.Single(_tokens);
        Assert.Equal("kp-1-grafana@arn:token", answer.PhysicalResourceId);
        Assert.Equal(id, answer.Data!["TokenId"]);
        Assert.Equal((id, $"secret-{id}"), ((string?)Secret["id"], (string?)Secret["token"]));
        Assert.Equal("kp-1-grafana", (string?)token["description"]);
        Assert.Equal(
            """
            [{"action":"read","resource":{"type":"buckets","id":"bucket-1","orgID":"org-1"}},{"action":"read","resource":{"type":"dbrp","orgID":"org-1"}}]
            """,
            token["permissions"]!.ToJsonString());
    }

    [Fact]
    public async Task Signs_in_with_the_login_of_the_store()
    {
        await SendAsync(RequestType.Create);

        var signin = Assert.Single(_influx.Seen, exchange => exchange.Path == "/api/v2/signin");
        Assert.Equal($"Basic {Convert.ToBase64String("admin:right"u8)}", signin.Headers["Authorization"]);
    }

    [Fact]
    public async Task The_answer_does_not_hold_the_token()
    {
        var answer = await SendAsync(RequestType.Create);

        Assert.DoesNotContain("secret-", JsonSerializer.Serialize(answer), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_request_delivered_again_keeps_the_token()
    {
        var first = await SendAsync(RequestType.Create);
        var second = await SendAsync(RequestType.Create);

        Assert.Equal(first.Data, second.Data);
        Assert.Equal(1, _made);
    }

    [Fact]
    public async Task A_token_that_is_gone_is_made_anew()
    {
        await SendAsync(RequestType.Create);
        _tokens.Clear();

        var answer = await SendAsync(RequestType.Update);

        Assert.Equal("token-2", answer.Data!["TokenId"]);
        Assert.Equal("secret-token-2", (string?)Secret["token"]);
    }

    [Fact]
    public async Task A_token_that_was_switched_off_is_replaced()
    {
        await SendAsync(RequestType.Create);
        _tokens["token-1"]["status"] = "inactive";

        await SendAsync(RequestType.Update);

        Assert.Equal(["token-2"], _tokens.Keys);
    }

    [Fact]
    public async Task Deletes_what_a_run_that_was_ended_left_and_nothing_of_others()
    {
        _tokens["left"] = new() { ["id"] = "left", ["description"] = "kp-1-grafana", ["status"] = "active" };
        _tokens["theirs"] = new() { ["id"] = "theirs", ["description"] = "somebody", ["status"] = "active" };

        await SendAsync(RequestType.Create);

        Assert.Equal(["theirs", "token-1"], _tokens.Keys.Order());
    }

    [Fact]
    public async Task A_deletion_takes_the_token_away_and_can_be_delivered_again()
    {
        await SendAsync(RequestType.Create);

        await SendAsync(RequestType.Delete);
        await SendAsync(RequestType.Delete);

        Assert.Empty(_tokens);
    }

    [Fact]
    public async Task A_token_that_cannot_be_kept_is_deleted()
    {
        _secretIsLocked = true;

        await Assert.ThrowsAsync<InvalidOperationException>(() => SendAsync(RequestType.Create));

        Assert.Empty(_tokens);
    }

    [Fact]
    public async Task Maps_the_bucket_to_a_database_only_where_that_is_not_so_by_itself()
    {
        await SendAsync(RequestType.Create);
        await SendAsync(RequestType.Update);

        var mapping = Assert.Single(_mappings);
        Assert.Equal(("readings", "bucket-1", "org-1"), ((string?)mapping["database"], (string?)mapping["bucketID"], (string?)mapping["orgID"]));
    }

    [Fact]
    public async Task A_bucket_that_is_not_there_is_named()
    {
        var error = await Assert.ThrowsAsync<FormatException>(() => SendAsync(RequestType.Create, bucket: "other"));

        Assert.Equal("The series store has no bucket 'other'.", error.Message);
    }

    Task<string> ISecrets.ReadAsync(string arn, CancellationToken cancellation) => Task.FromResult(
        arn == "arn:login" ? """{"username":"admin","password":"right"}""" : _secret);

    Task ISecrets.WriteAsync(string arn, string text, CancellationToken cancellation)
    {
        Assert.Equal("arn:token", arn);
        _secret = _secretIsLocked ? throw new InvalidOperationException("locked") : text;
        return Task.CompletedTask;
    }

    private Answer Handle(Exchange exchange)
    {
        if (exchange.Path == "/api/v2/signin")
        {
            return new(204, "", new Dictionary<string, string> { ["Set-Cookie"] = "influxdb-oss-session=s; Path=/api/" });
        }

        if (exchange.Headers.GetValueOrDefault("Cookie") != "influxdb-oss-session=s")
        {
            return new(401);
        }

        return (exchange.Method, exchange.Path.Split('?')[0]) switch
        {
            ("GET", "/api/v2/orgs") => List("orgs", new JsonObject { ["id"] = "org-1" }),
            ("GET", "/api/v2/buckets") => exchange.Path.Contains("name=readings", StringComparison.Ordinal)
                ? List("buckets", new JsonObject { ["id"] = "bucket-1" })
                : List("buckets"),
            ("GET", "/api/v2/dbrps") => List("content", [.. _mappings]),
            ("POST", "/api/v2/dbrps") => Map(JsonNode.Parse(exchange.Text)!.AsObject()),
            ("GET", "/api/v2/authorizations") => List("authorizations", [.. _tokens.Values]),
            ("POST", "/api/v2/authorizations") => Make(JsonNode.Parse(exchange.Text)!.AsObject()),
            ("GET", var path) => _tokens.TryGetValue(path.Split('/')[^1], out var one) ? new(200, one.ToJsonString()) : new(404, "{}"),
            ("DELETE", var path) => _tokens.Remove(path.Split('/')[^1]) ? new(204) : new(404, "{}"),
            _ => new(404),
        };
    }

    private static Answer List(string name, params JsonObject[] items) =>
        new(200, new JsonObject { [name] = new JsonArray([.. items.Select(item => item.DeepClone())]) }.ToJsonString());

    private Answer Map(JsonObject mapping)
    {
        _mappings.Add(mapping);
        return new(201, mapping.ToJsonString());
    }

    private Answer Make(JsonObject wanted)
    {
        var id = $"token-{++_made}";
        wanted["id"] = id;
        wanted["status"] = "active";
        _tokens[id] = wanted.DeepClone().AsObject();
        wanted["token"] = $"secret-{id}";
        return new(201, wanted.ToJsonString());
    }

    private Task<CustomResourceAnswer> SendAsync(RequestType type, string bucket = "readings")
    {
        var properties = new JsonObject
        {
            ["Url"] = _influx.Url.ToString(),
            ["Organization"] = "kinesis-patterns",
            ["Bucket"] = bucket,
            ["LoginSecretArn"] = "arn:login",
            ["TokenSecretArn"] = "arn:token",
            ["Name"] = "kp-1-grafana",
        };
        return new ReadTokenResource(this, _http, _ => TimeSpan.Zero).HandleAsync(
            new()
            {
                RequestType = type,
                RequestId = "r-1",
                ResourceType = "Custom::InfluxReadToken",
                LogicalResourceId = "Token",
                ResourceProperties = JsonDocument.Parse(Encoding.UTF8.GetBytes(properties.ToJsonString())).RootElement,
            },
            Cancellation);
    }
}
