using System.Text.Json.Nodes;
using Amazon.EventBridge;
using Amazon.KinesisAnalyticsV2;
using Amazon.ManagedGrafana;
using Amazon.Runtime;
using Amazon.SecretsManager;
using Amazon.TimestreamWrite;
using Amazon.TimestreamWrite.Model;
using HttpTests;

namespace Compat.Tests;

public sealed class OtherClientTests
{
    private static readonly BasicAWSCredentials Credentials = new("AKID", "secret");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EventBridge_puts_events()
    {
        await using var server = await HttpServer.StartAsync(_ =>
            new(200, """{"FailedEntryCount":1,"Entries":[{"ErrorCode":"InternalFailure","ErrorMessage":"later"}]}"""));
        using var client = new AmazonEventBridgeClient(Credentials, Local(new AmazonEventBridgeConfig(), server));

        var answer = await client.PutEventsAsync(
            new() { Entries = [new() { Source = "s", DetailType = "t", Detail = "{}", EventBusName = "default" }] }, Token);

        Assert.Equal("InternalFailure", Assert.Single(answer.Entries).ErrorCode);
        Assert.Equal(1, answer.FailedEntryCount);
        var seen = Assert.Single(server.Seen);
        Assert.Equal("AWSEvents.PutEvents", seen.Target);
        Assert.Contains("/eu-west-1/events/aws4_request", seen.Headers["Authorization"]);
        Assert.Equal(
            """{"Entries":[{"Source":"s","DetailType":"t","Detail":"{}","EventBusName":"default"}]}""", seen.Text);
    }

    [Fact]
    public async Task Flink_applications_are_described_and_started()
    {
        await using var server = await HttpServer.StartAsync(exchange => exchange.Target.EndsWith("Describe", StringComparison.Ordinal)
            || exchange.Target.EndsWith("DescribeApplication", StringComparison.Ordinal)
            ? new(200, """
                {"ApplicationDetail":{"ApplicationName":"a","ApplicationStatus":"READY","ApplicationVersionId":3,"RuntimeEnvironment":"FLINK-2_2",
                 "ApplicationConfigurationDescription":{"EnvironmentPropertyDescriptions":{"PropertyGroupDescriptions":[{"PropertyGroupId":"g","PropertyMap":{"k":"v"}}]}}}}
                """)
            : new(200, """{"OperationId":"o-1"}"""));
        using var client = new AmazonKinesisAnalyticsV2Client(Credentials, Local(new AmazonKinesisAnalyticsV2Config(), server));

        var detail = (await client.DescribeApplicationAsync(new() { ApplicationName = "a" }, Token)).ApplicationDetail;
        var started = await client.StartApplicationAsync(
            new()
            {
                ApplicationName = "a",
                RunConfiguration = new()
                {
                    ApplicationRestoreConfiguration = new() { ApplicationRestoreType = ApplicationRestoreType.RESTORE_FROM_LATEST_SNAPSHOT },
                    FlinkRunConfiguration = new() { AllowNonRestoredState = false },
                },
            },
            Token);

        Assert.Equal(ApplicationStatus.READY, detail.ApplicationStatus);
        Assert.Equal(3, detail.ApplicationVersionId);
        Assert.Equal(
            "v",
            detail.ApplicationConfigurationDescription.EnvironmentPropertyDescriptions.PropertyGroupDescriptions[0].PropertyMap["k"]);
        Assert.Equal("o-1", started.OperationId);
        Assert.Equal("KinesisAnalytics_20180523.StartApplication", server.Seen.Last().Target);
        Assert.Contains("\"AllowNonRestoredState\":false", server.Seen.Last().Text);
    }

    [Fact]
    public async Task An_error_of_Flink_has_its_type()
    {
        await using var server = await HttpServer.StartAsync(_ => new(400, """{"__type":"ResourceInUseException","message":"busy"}"""));
        using var client = new AmazonKinesisAnalyticsV2Client(Credentials, Local(new AmazonKinesisAnalyticsV2Config(), server));

        var error = await Assert.ThrowsAsync<Amazon.KinesisAnalyticsV2.Model.ResourceInUseException>(
            () => client.StopApplicationAsync(new() { ApplicationName = "a" }, Token));

        Assert.Equal("busy", error.Message);
    }

    [Fact]
    public async Task Grafana_operations_are_paths_and_bodies()
    {
        await using var server = await HttpServer.StartAsync(exchange => exchange.Method switch
        {
            "POST" => new(200, """
                {"serviceAccountId":"7","workspaceId":"g-1","serviceAccountToken":{"id":"1","name":"t","key":"glsa_secret"}}
                """),
            "GET" => new(200, """{"serviceAccounts":[{"id":"7","name":"deploy","grafanaRole":"ADMIN","isDisabled":"false"}],"workspaceId":"g-1"}"""),
            _ => new(404, """{"message":"no such account","resourceId":"7","resourceType":"serviceAccount"}""",
                new Dictionary<string, string> { ["x-amzn-ErrorType"] = "ResourceNotFoundException" }),
        });
        using var client = new AmazonManagedGrafanaClient(Credentials, Local(new AmazonManagedGrafanaConfig(), server));

        var token = await client.CreateWorkspaceServiceAccountTokenAsync(
            new() { WorkspaceId = "g-1", ServiceAccountId = "7", Name = "t", SecondsToLive = 600 }, Token);
        var accounts = await client.ListWorkspaceServiceAccountsAsync(new() { WorkspaceId = "g-1", MaxResults = 10 }, Token);
        var error = await Assert.ThrowsAsync<Amazon.ManagedGrafana.Model.ResourceNotFoundException>(
            () => client.DeleteWorkspaceServiceAccountAsync(new() { WorkspaceId = "g-1", ServiceAccountId = "7" }, Token));

        Assert.Equal("glsa_secret", token.ServiceAccountToken.Key);
        Assert.Equal("deploy", Assert.Single(accounts.ServiceAccounts).Name);
        Assert.Equal("no such account", error.Message);
        var seen = server.Seen.ToArray();
        Assert.Equal(("POST", "/workspaces/g-1/serviceaccounts/7/tokens"), (seen[0].Method, seen[0].Path));
        Assert.Equal("""{"name":"t","secondsToLive":600}""", seen[0].Text);
        Assert.Equal(("GET", "/workspaces/g-1/serviceaccounts?maxResults=10"), (seen[1].Method, seen[1].Path));
        Assert.Equal(("DELETE", "/workspaces/g-1/serviceaccounts/7"), (seen[2].Method, seen[2].Path));
    }

    [Fact]
    public async Task A_secret_is_read_and_written()
    {
        await using var server = await HttpServer.StartAsync(_ => new(200, """{"ARN":"arn","SecretString":"s3cret"}"""));
        using var client = new AmazonSecretsManagerClient(Credentials, Local(new AmazonSecretsManagerConfig(), server));

        Assert.Equal("s3cret", (await client.GetSecretValueAsync(new() { SecretId = "arn" }, Token)).SecretString);
        await client.PutSecretValueAsync(new() { SecretId = "arn", SecretString = "new" }, Token);

        Assert.Equal("secretsmanager.PutSecretValue", server.Seen.Last().Target);
        Assert.Equal("new", (string?)JsonNode.Parse(server.Seen.Last().Text)!["SecretString"]);
    }

    [Fact]
    public async Task Timestream_says_which_records_it_rejected()
    {
        await using var server = await HttpServer.StartAsync(exchange =>
            exchange.Target.EndsWith("DescribeEndpoints", StringComparison.Ordinal)
                ? new(200, """{"Endpoints":[{"Address":"unused.invalid","CachePeriodInMinutes":10}]}""")
                : new(419, """
                    {"__type":"com.amazonaws.timestream.v20181101#RejectedRecordsException","Message":"One or more records have been rejected.",
                     "RejectedRecords":[{"RecordIndex":1,"Reason":"too old"}]}
                    """));
        using var client = new AmazonTimestreamWriteClient(Credentials, Local(new AmazonTimestreamWriteConfig(), server));

        var error = await Assert.ThrowsAsync<RejectedRecordsException>(() => client.WriteRecordsAsync(
            new()
            {
                DatabaseName = "d",
                TableName = "t",
                Records =
                [
                    new()
                    {
                        MeasureName = "temperature",
                        MeasureValueType = MeasureValueType.MULTI,
                        MeasureValues = [new() { Name = "value", Value = "1.5", Type = MeasureValueType.DOUBLE }],
                        Time = "1",
                        TimeUnit = TimeUnit.MILLISECONDS,
                        Version = 1,
                        Dimensions = [new() { Name = "device", Value = "m" }],
                    },
                ],
            },
            Token));

        var rejected = Assert.Single(error.RejectedRecords);
        Assert.Equal((1, "too old"), (rejected.RecordIndex, rejected.Reason));
        var seen = server.Seen.Last();
        Assert.Equal("Timestream_20181101.WriteRecords", seen.Target);
        Assert.Equal("application/x-amz-json-1.0", seen.Headers["Content-Type"]);
        Assert.Contains("/timestream/aws4_request", seen.Headers["Authorization"]);
    }

    private static T Local<T>(T config, HttpServer server) where T : ClientConfig
    {
        config.ServiceURL = server.Url.ToString();
        config.AuthenticationRegion = "eu-west-1";
        return config;
    }
}
