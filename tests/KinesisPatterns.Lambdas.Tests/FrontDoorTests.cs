using System.Collections.Concurrent;
using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using HttpTests;
using KinesisPatterns.Lambdas.Tests.GrafanaProvisioning;

namespace KinesisPatterns.Lambdas.Tests;

/// <summary>
/// The executables themselves, as Lambda runs them, with the services they call played by the test. FUNCTIONS_AOT names
/// the folder of native ones to run instead (artifacts/functions-aot).
/// </summary>
public sealed class FrontDoorTests
{
    private const string Rules = """{"metrics":{"temperature":{"maximum":125,"unit":"celsius"}}}""";

    [Fact]
    public async Task Cleansing_puts_readings_into_streams()
    {
        var put = new ConcurrentDictionary<string, int>();
        await using var aws = await HttpServer.StartAsync(exchange =>
        {
            var request = JsonNode.Parse(exchange.Text)!;
            var count = request["Records"]!.AsArray().Count;
            put.AddOrUpdate(request["StreamName"]!.GetValue<string>(), count, (_, before) => before + count);
            var records = string.Join(',', Enumerable.Repeat("""{"SequenceNumber":"1","ShardId":"shardId-000000000000"}""", count));
            return new(200, $$"""{"FailedRecordCount":0,"Records":[{{records}}]}""");
        });
        var rules = Path.GetTempFileName();
        await File.WriteAllTextAsync(rules, Rules, TestContext.Current.CancellationToken);

        var (answer, log) = await RunAsync(
            "Cleansing", aws, Encoding.UTF8.GetString(Events.Json([.. new[] { Events.Reading(), "nonsense" }.Select(Encoding.UTF8.GetBytes)])),
            ("CLEANSED_STREAM_NAME", "cleansed"), ("REJECTED_STREAM_NAME", "rejected"), ("CLEANSING_RULES_FILE", rules));

        Assert.Equal("""{"batchItemFailures":[]}""", answer);
        Assert.Equal(1, put["cleansed"]);
        Assert.Equal(1, put["rejected"]);
        Assert.Contains("\"RejectedMalformed\":1", log, StringComparison.Ordinal);
        File.Delete(rules);
    }

    [Fact]
    public async Task SeriesCalculator_fills_the_table_and_the_series_store()
    {
        var items = new ConcurrentQueue<JsonNode>();
        var lines = new ConcurrentQueue<string>();
        await using var aws = await HttpServer.StartAsync(exchange => exchange switch
        {
            { Path: "/api/v2/signin" } => new(204, "", new Dictionary<string, string> { ["Set-Cookie"] = "influxdb-oss-session=s" }),
            { Target: "secretsmanager.GetSecretValue" } => Secret(exchange),
            { Target: "DynamoDB_20120810.GetItem" } => new(200, "{}"),
            { Target: "DynamoDB_20120810.Query" } => new(200, """{"Items":[],"Count":0}"""),
            { Target: "DynamoDB_20120810.PutItem" } => Keep(items, JsonNode.Parse(exchange.Text)!),
            _ => Keep(lines, Gunzip(exchange)),
        });

        var (answer, log) = await RunAsync(
            "SeriesCalculator", aws, Encoding.UTF8.GetString(Events.Json([Encoding.UTF8.GetBytes(Events.Reading())])),
            ("SERIES_TABLE_NAME", "series"), ("WINDOW_SECONDS", "60"), ("SERIES_RETENTION_DAYS", "30"), ("SERIES_STORE", "influx-2"),
            ("INFLUX_URL", aws.Url.ToString()), ("INFLUX_ORGANIZATION", "o"), ("INFLUX_BUCKET", "b"), ("INFLUX_SECRET_ARN", "arn:secret"),
            ("EVENT_BUS_NAME", "bus"), ("ANOMALY_THRESHOLD", "0.995"), ("ANOMALY_COOLDOWN_MINUTES", "60"));

        Assert.True(answer == """{"batchItemFailures":[]}""", log);
        Assert.Equal(
            ["window#temperature#2026-11-22T19:28:00.000Z", "latest#temperature"],
            items.Select(item => item["Item"]!["item"]!["S"]!.GetValue<string>()));
        var window = items.First()["Item"]!;
        Assert.Equal("73.9", window["p99"]!["N"]!.GetValue<string>());
        Assert.Equal("1", window["version"]!["N"]!.GetValue<string>());
        Assert.Equal("2026-11-22T19:29:00.000Z", window["end"]!["S"]!.GetValue<string>());
        Assert.Equal("1797967740", window["expires"]!["N"]!.GetValue<string>());
        Assert.Equal("temperature,device=machine-1 value=73.9 1795375680123\n", Assert.Single(lines));
    }

    [Fact]
    public async Task Query_answers_requests_of_api_gateway()
    {
        await using var aws = await HttpServer.StartAsync(_ => new(200, """
            {"Item":{"device":{"S":"machine-1"},"item":{"S":"latest#temperature"},"metric":{"S":"temperature"},"time":{"S":"2026-11-22T19:28:00.123Z"},
             "value":{"N":"73.9"},"mean":{"N":"70"},"deviation":{"N":"1.5"},"minimum":{"N":"60"},"maximum":{"N":"80"},"count":{"N":"12"},"rate":{"N":"-0.5"},
             "tags":{"M":{"site":{"S":"hall-1"}}},"unit":{"S":"celsius"}}}
            """));

        var (answer, _) = await RunAsync(
            "Query", aws, """
            {"resource":"/devices/{device}/metrics/{metric}/latest","path":"/devices/machine-1/metrics/temperature/latest","httpMethod":"GET",
             "headers":null,"queryStringParameters":null,"pathParameters":{"device":"machine-1","metric":"temperature"},
             "requestContext":{"stage":"v1","requestTimeEpoch":1795375680123,"identity":{}},"body":null,"isBase64Encoded":false}
            """,
            ("SERIES_TABLE_NAME", "series"), ("WINDOW_SECONDS", "60"));

        var response = JsonNode.Parse(answer)!;
        Assert.Equal(200, response["statusCode"]!.GetValue<int>());
        Assert.Equal(
            """{"device":"machine-1","metric":"temperature","time":"2026-11-22T19:28:00.123Z","value":73.9,"unit":"celsius","tags":{"site":"hall-1"},"rate":-0.5,"mean":70,"deviation":1.5,"minimum":60,"maximum":80,"count":12}""",
            response["body"]!.GetValue<string>());
    }

    [Fact]
    public async Task FlinkLifecycle_starts_an_application()
    {
        var asked = new ConcurrentQueue<string>();
        await using var aws = await HttpServer.StartAsync(exchange =>
        {
            asked.Enqueue($"{exchange.Target} {exchange.Text}");
            return exchange.Target == "KinesisAnalytics_20180523.DescribeApplication"
                ? new(200, """
                    {"ApplicationDetail":{"ApplicationName":"job","ApplicationStatus":"READY","ApplicationVersionId":1,"RuntimeEnvironment":"FLINK-2_2",
                     "CreateTimestamp":1795375680.123,"LastUpdateTimestamp":1795375680.123}}
                    """)
                : new(200, """{"OperationId":"o-1"}""");
        });

        var (answer, log) = await RunAsync(
            "FlinkLifecycle", aws, """
            {"RequestType":"Create","ResponseURL":"https://cloudformation.example/?secret","StackId":"arn:stack","RequestId":"r-1",
             "LogicalResourceId":"Job","ResourceType":"Custom::FlinkOperation",
             "ResourceProperties":{"ApplicationName":"job","Runtime":"FLINK-2_2","Restore":"RESTORE_FROM_LATEST_SNAPSHOT","AllowNonRestoredState":"false"}}
            """);

        Assert.True(answer == """{"PhysicalResourceId":"job","Begun":true}""", $"{answer}\n{log}");
        Assert.Equal(
            [
                """KinesisAnalytics_20180523.DescribeApplication {"ApplicationName":"job"}""",
                """KinesisAnalytics_20180523.StartApplication {"ApplicationName":"job","RunConfiguration":{"FlinkRunConfiguration":{"AllowNonRestoredState":false}}}""",
            ],
            asked);
        Assert.DoesNotContain("secret", log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FlinkLifecycle_gives_the_reason_of_a_refusal()
    {
        await using var aws = await HttpServer.StartAsync(_ => new(
            400, """{"__type":"InvalidRequestException","message":"Not here."}"""));

        var (answer, _) = await RunAsync(
            "FlinkLifecycle", aws, """
            {"RequestType":"Create","RequestId":"r-1","LogicalResourceId":"Job","ResourceType":"Custom::FlinkOperation",
             "ResourceProperties":{"ApplicationName":"job"}}
            """);

        Assert.Contains("Job: FlinkServiceException: InvalidRequest: Not here.", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Cleansing", "CLEANSING_RULES_FILE")]
    [InlineData("SeriesCalculator", "WINDOW_SECONDS")]
    [InlineData("Query", "SERIES_TABLE_NAME")]
    public async Task A_missing_setting_is_a_failed_initialization_that_names_it(string role, string setting)
    {
        await using var aws = await HttpServer.StartAsync(_ => new(200, "{}"));

        var (answer, _) = await RunAsync(role, aws, "{}");

        Assert.Contains($"{setting}: expected", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task GrafanaProvisioning_writes_into_a_workspace_that_it_lets_itself_into()
    {
        await using var grafana = await TestGrafana.StartAsync();
        await using var aws = await HttpServer.StartAsync(exchange =>
        {
            switch (exchange.Method, exchange.Path)
            {
                case ("GET", "/workspaces/g-1/serviceaccounts"):
                    return new(200, """{"serviceAccounts":[],"workspaceId":"g-1"}""");
                case ("POST", "/workspaces/g-1/serviceaccounts"):
                    return new(200, """{"id":"7","name":"kp-1-deployment","grafanaRole":"ADMIN","workspaceId":"g-1"}""");
                case ("POST", "/workspaces/g-1/serviceaccounts/7/tokens"):
                    grafana.Token = "key";
                    return new(200, """{"serviceAccountToken":{"id":"8","name":"deployment","key":"key"},"serviceAccountId":"7","workspaceId":"g-1"}""");
                case ("DELETE", "/workspaces/g-1/serviceaccounts/7"):
                    return new(200, """{"serviceAccountId":"7","workspaceId":"g-1"}""");
                default:
                    return new(404, """{"message":"not expected"}""");
            }
        });
        var file = Path.Combine(AppContext.BaseDirectory, "grafana.json");
        await File.WriteAllTextAsync(
            file,
            """
            {"folder":{"uid":"kp-1-folder","title":"T"},"dataSources":[],"dashboards":[{"uid":"kp-1-fleet","title":"<value-1>"}],
             "alerts":{"title":"T","folderUid":"kp-1-folder","rules":[]}}
            """,
            TestContext.Current.CancellationToken);

        var (answer, log) = await RunAsync(
            "GrafanaProvisioning", aws, $$"""
            {"RequestType":"Create","RequestId":"r","ResourceType":"Custom::GrafanaContent","LogicalResourceId":"Grafana",
             "ResourceProperties":{"ServiceToken":"arn:t","WorkspaceId":"g-1","Url":"{{grafana.Url}}","Prefix":"kp-1","Values":{"value-1":"Fleet"} } }
            """);

        Assert.True(answer.Contains("\"PhysicalResourceId\":\"g-1/kp-1\"", StringComparison.Ordinal), answer + log);
        Assert.Equal("Fleet", (string?)grafana.Dashboards["kp-1-fleet"].Dashboard["title"]);
        Assert.Contains(aws.Seen, exchange => exchange is { Method: "DELETE", Path: "/workspaces/g-1/serviceaccounts/7" });
        Assert.Contains("/grafana/aws4_request", aws.Seen.First().Headers["Authorization"], StringComparison.Ordinal);
        File.Delete(file);
    }

    private static Answer Keep<T>(ConcurrentQueue<T> queue, T item)
    {
        queue.Enqueue(item);
        return new(queue is ConcurrentQueue<string> ? 204 : 200, queue is ConcurrentQueue<string> ? "" : "{}");
    }

    private static Answer Secret(Exchange exchange)
    {
        Assert.Equal("arn:secret", JsonNode.Parse(exchange.Text)!["SecretId"]!.GetValue<string>());
        Assert.Contains("/secretsmanager/aws4_request", exchange.Headers["Authorization"], StringComparison.Ordinal);
        return new(200, """{"SecretString":"{\"username\":\"admin\",\"password\":\"secret\"}"}""");
    }

    private static string Gunzip(Exchange exchange)
    {
        using var gzip = new GZipStream(new MemoryStream(exchange.Body), CompressionMode.Decompress);
        return new StreamReader(gzip).ReadToEnd();
    }

    /// <summary>Runs the executable over one event; what it answered to the Runtime API, and what it logged.</summary>
    private static async Task<(string Answer, string Log)> RunAsync(
        string role, HttpServer aws, string invocation, params (string Name, string Value)[] settings)
    {
        await using var api = await RuntimeApi.StartAsync(invocation);
        var start = Environment.GetEnvironmentVariable("FUNCTIONS_AOT") is { Length: > 0 } native
            ? new ProcessStartInfo(Path.Combine(native, role, "bootstrap"))
            : new ProcessStartInfo("dotnet", Path.Combine(AppContext.BaseDirectory, $"KinesisPatterns.Lambdas.{role}.dll"));
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        foreach (var (name, value) in settings.Concat([
            ("AWS_LAMBDA_RUNTIME_API", api.Endpoint), ("AWS_LAMBDA_DOTNET_DEBUG_RUN_ONCE", "true"), ("AWS_ENDPOINT_URL", aws.Url.ToString()),
            ("AWS_REGION", "eu-west-1"), ("AWS_ACCESS_KEY_ID", "AKID"), ("AWS_SECRET_ACCESS_KEY", "secret"), ("AWS_LAMBDA_FUNCTION_NAME", role),
        ]))
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        var posts = api.Seen.Where(exchange => exchange.Method == "POST").Select(exchange => exchange.Text);
        return (string.Join('\n', posts), await output + await error);
    }
}
