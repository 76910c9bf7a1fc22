using System.Net;
using System.Text;
using System.Text.Json.Nodes;

namespace KinesisPatterns.Local.Tests.Iam;

/// <summary>What each service answers a role that may not do what it asks for.</summary>
public sealed class EnforcementTests : IAsyncDisposable
{
    private const string Role = "arn:aws:sts::000000000000:assumed-role/Demo-Role/worker";

    private readonly HttpClient _http = new();
    private TestStack? _stack;
    private LocalHost? _host;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Kinesis_20131202.ListShards", """{"StreamName":"Demo-Stream"}""", "kinesis:ListShards", "arn:aws:kinesis:us-east-1:000000000000:stream/Demo-Stream")]
    [InlineData("Kinesis_20131202.ListStreams", "{}", "kinesis:ListStreams", "*")]
    [InlineData("secretsmanager.GetSecretValue", """{"SecretId":"arn:aws:secretsmanager:us-east-1:000000000000:secret:Demo-Secret-local0"}""", "secretsmanager:GetSecretValue", "arn:aws:secretsmanager:us-east-1:000000000000:secret:Demo-Secret-local0")]
    [InlineData("AWSEvents.PutEvents", """{"Entries":[{"EventBusName":"Demo-Bus","Source":"s","DetailType":"t","Detail":"{}"}]}""", "events:PutEvents", "arn:aws:events:us-east-1:000000000000:event-bus/Demo-Bus")]
    [InlineData("Firehose_20150804.PutRecord", """{"DeliveryStreamName":"Demo-Delivery","Record":{"Data":"YQ=="}}""", "firehose:PutRecord", "arn:aws:firehose:us-east-1:000000000000:deliverystream/Demo-Delivery")]
    [InlineData("AmazonSQS.SendMessage", """{"QueueUrl":"http://127.0.0.1/000000000000/Demo-Queue","MessageBody":"m"}""", "sqs:SendMessage", "arn:aws:sqs:us-east-1:000000000000:Demo-Queue")]
    public async Task A_service_refuses_what_the_role_does_not_allow_and_takes_it_from_the_developer(string target, string body, string action, string resource)
    {
        await StartAsync("[]");

        var (status, answer) = await CallAsync("worker", target, body);
        var developer = await CallAsync("local", target, body);

        Assert.InRange((int)status, 400, 403);
        Assert.Contains("AccessDenied", (string?)answer["__type"], StringComparison.Ordinal);
        Assert.Equal(
            $"User: {Role} is not authorized to perform: {action} on resource: {resource} because no identity-based policy allows the {action} action",
            (string?)answer["message"] ?? (string?)answer["Message"]);
        Assert.Equal(HttpStatusCode.OK, developer.Status);
        Assert.Contains(_host!.Refused, call => call.Principal == Role && call.Action == action);
    }

    [Theory]
    [InlineData("GET", "demo-bucket/missing", "s3:GetObject", "arn:aws:s3:::demo-bucket/missing")]
    [InlineData("PUT", "demo-bucket/key", "s3:PutObject", "arn:aws:s3:::demo-bucket/key")]
    [InlineData("POST", "demo-bucket/key?uploads", "s3:PutObject", "arn:aws:s3:::demo-bucket/key")]
    [InlineData("DELETE", "demo-bucket/key?uploadId=1", "s3:AbortMultipartUpload", "arn:aws:s3:::demo-bucket/key")]
    [InlineData("DELETE", "demo-bucket/key", "s3:DeleteObject", "arn:aws:s3:::demo-bucket/key")]
    [InlineData("GET", "demo-bucket?list-type=2", "s3:ListBucket", "arn:aws:s3:::demo-bucket")]
    [InlineData("GET", "demo-bucket?location", "s3:GetBucketLocation", "arn:aws:s3:::demo-bucket")]
    public async Task S3_refuses_in_its_own_form(string method, string path, string action, string resource)
    {
        await StartAsync("[]");

        var (status, answer) = await S3Async(method, path);

        Assert.Equal(HttpStatusCode.Forbidden, status);
        Assert.Contains("<Code>AccessDenied</Code>", answer, StringComparison.Ordinal);
        Assert.Contains($"perform: {action} on resource: {resource} because", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("s3:ListBucket", "*", HttpStatusCode.NotFound)]
    [InlineData("s3:ListAllMyBuckets", "*", HttpStatusCode.Forbidden)]
    public async Task Whether_an_object_is_missing_is_told_to_who_may_list(string further, string resource, HttpStatusCode expected)
    {
        await StartAsync($$"""[{ "Effect": "Allow", "Action": ["s3:GetObject", "{{further}}"], "Resource": "{{resource}}" }]""");

        Assert.Equal(expected, (await S3Async("GET", "demo-bucket/missing")).Status);
    }

    [Theory]
    [InlineData("s3:prefix", "mine/", "demo-bucket?prefix=mine/", HttpStatusCode.OK)]
    [InlineData("s3:prefix", "mine/", "demo-bucket?prefix=yours/", HttpStatusCode.Forbidden)]
    public async Task A_listing_says_its_prefix(string key, string value, string path, HttpStatusCode expected)
    {
        await StartAsync($$"""[{ "Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*", "Condition": { "StringEquals": { "{{key}}": "{{value}}" } } }]""");

        Assert.Equal(expected, (await S3Async("GET", path)).Status);
    }

    [Theory]
    [InlineData("GetItem", """{"TableName":"Demo-Table","Key":{"id":{"S":"mine"}}}""", "dynamodb:GetItem", true)]
    [InlineData("GetItem", """{"TableName":"Demo-Table","Key":{"id":{"S":"yours"}}}""", "dynamodb:GetItem", false)]
    [InlineData("DescribeTable", """{"TableName":"Demo-Table"}""", "dynamodb:GetItem", false)]
    [InlineData("BatchGetItem", """{"RequestItems":{"Demo-Table":{"Keys":[{"id":{"S":"mine"}}]}}}""", "dynamodb:GetItem", false)]
    public async Task DynamoDB_asks_for_the_operation_and_its_leading_key(string operation, string body, string granted, bool allowed)
    {
        await StartAsync(
            $$"""[{ "Effect": "Allow", "Action": "{{granted}}", "Resource": "{{Table}}", "Condition": { "ForAllValues:StringEquals": { "dynamodb:LeadingKeys": "mine" } } }]""", withTable: true);

        var (status, answer) = await CallAsync("worker", $"DynamoDB_20120810.{operation}", body);

        Assert.Equal(allowed ? HttpStatusCode.OK : HttpStatusCode.BadRequest, status);
        Assert.Equal(allowed ? null : "AccessDeniedException", (string?)answer["__type"]);
    }

    [Fact]
    public async Task A_query_of_an_index_is_asked_of_the_index()
    {
        await StartAsync($$"""[{ "Effect": "Allow", "Action": "dynamodb:Query", "Resource": "{{Table}}" }]""", withTable: true);

        var (_, answer) = await CallAsync("worker", "DynamoDB_20120810.Query", """{"TableName":"Demo-Table","IndexName":"byName"}""");

        Assert.Contains($"on resource: {Table}/index/byName because", (string?)answer["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_with_a_customer_key_asks_for_the_key_as_well()
    {
        await StartAsync("""[{ "Effect": "Allow", "Action": "kinesis:*", "Resource": "*" }]""");

        var (_, answer) = await CallAsync("worker", "Kinesis_20131202.PutRecord", """{"StreamName":"Demo-Secrets","PartitionKey":"k","Data":"YQ=="}""");

        Assert.Equal("KMSAccessDeniedException", (string?)answer["__type"]);
        Assert.Contains("kms:GenerateDataKey on resource: arn:aws:kms:", (string?)answer["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_stream_with_a_customer_key_takes_records_of_who_may_use_it_through_Kinesis()
    {
        await StartAsync("""
            [{ "Effect": "Allow", "Action": "kinesis:*", "Resource": "*" },
             { "Effect": "Allow", "Action": "kms:GenerateDataKey", "Resource": "*", "Condition": { "StringEquals": { "kms:ViaService": "kinesis.us-east-1.amazonaws.com" } } }]
            """);

        Assert.Equal(HttpStatusCode.OK, (await CallAsync("worker", "Kinesis_20131202.PutRecord", """{"StreamName":"Demo-Secrets","PartitionKey":"k","Data":"YQ=="}""")).Status);
    }

    [Fact]
    public async Task A_policy_that_is_put_on_a_stream_counts_at_once_until_it_is_deleted()
    {
        await StartAsync("[]");
        const string Arn = "arn:aws:kinesis:us-east-1:000000000000:stream/Demo-Stream";
        var policy = new JsonObject
        {
            ["ResourceARN"] = Arn,
            ["Policy"] = """{ "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::000000000000:role/Demo-Role" }, "Action": "kinesis:ListShards", "Resource": "arn:aws:kinesis:us-east-1:000000000000:stream/Demo-Stream" } }""",
        };
        async Task<HttpStatusCode> ListAsync() => (await CallAsync("worker", "Kinesis_20131202.ListShards", """{"StreamName":"Demo-Stream"}""")).Status;

        var before = await ListAsync();
        await CallAsync("local", "Kinesis_20131202.PutResourcePolicy", policy.ToJsonString());
        var meanwhile = await ListAsync();
        await CallAsync("local", "Kinesis_20131202.DeleteResourcePolicy", $$"""{"ResourceARN":"{{Arn}}"}""");

        Assert.Equal((HttpStatusCode.BadRequest, HttpStatusCode.OK, HttpStatusCode.BadRequest), (before, meanwhile, await ListAsync()));
    }

    [Fact]
    public async Task A_request_without_a_signature_is_answered_as_on_AWS()
    {
        await StartAsync("[]");

        var (status, answer) = await CallAsync(null, "Kinesis_20131202.ListStreams", "{}");

        Assert.Equal((HttpStatusCode.BadRequest, "MissingAuthenticationTokenException"), (status, (string?)answer["__type"]));
    }

    [Fact]
    public async Task A_presigned_URL_calls_as_the_role_that_signed_it()
    {
        await StartAsync("[]");

        using var answer = await _http.GetAsync(new Uri(_host!.Endpoint, "demo-bucket/key?X-Amz-Credential=worker%2F20260101%2Fus-east-1%2Fs3%2Faws4_request"), Cancellation);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Fact]
    public async Task What_was_granted_is_listed_with_the_times_it_was_used()
    {
        await StartAsync("""[{ "Effect": "Allow", "Action": ["kinesis:ListShards", "kinesis:PutRecord"], "Resource": { "Fn::GetAtt": ["Stream", "Arn"] } }]""");

        await CallAsync("worker", "Kinesis_20131202.ListShards", """{"StreamName":"Demo-Stream"}""");
        await CallAsync("worker", "Kinesis_20131202.ListShards", """{"StreamName":"Demo-Stream"}""");
        await CallAsync("local", "Kinesis_20131202.PutRecord", """{"StreamName":"Demo-Stream","PartitionKey":"k","Data":"YQ=="}""");

        Assert.Equal(
            [new("Role", "kinesis:ListShards", "Stream", 2, null), new("Role", "kinesis:PutRecord", "Stream", 0, null)],
            _host!.Permissions.Where(grant => grant.Holder == "Role"));
    }

    [Fact]
    public async Task A_policy_of_AWS_that_is_not_known_here_grants_nothing_and_is_named()
    {
        await StartAsync("[]");

        Assert.Contains(
            _host!.Services.Authorization!.Remarks,
            remark => remark.StartsWith("Managed: the policy arn:aws:iam::aws:policy/Unheard is not known here", StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_stack is not null)
        {
            await _stack.DisposeAsync();
        }
    }

    private const string Table = "arn:aws:dynamodb:us-east-1:000000000000:table/Demo-Table";

    private const string TableResource = """
        "Table": { "Type": "AWS::DynamoDB::Table", "Properties": {
          "AttributeDefinitions": [{ "AttributeName": "id", "AttributeType": "S" }], "KeySchema": [{ "AttributeName": "id", "KeyType": "HASH" }] } },
        """;

    private async Task StartAsync(string statements, bool withTable = false)
    {
        const string Trust = """{ "Statement": { "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "Service": ["lambda.amazonaws.com", "firehose.amazonaws.com"] } } }""";
        (_stack, _host) = await TestStack.StartAsync($$"""
            {
              {{(withTable ? TableResource : "")}}
              "Stream": { "Type": "AWS::Kinesis::Stream", "Properties": { "ShardCount": 1 } },
              "Key": { "Type": "AWS::KMS::Key", "Properties": { "KeyPolicy": { "Version": "2012-10-17", "Statement": {
                "Effect": "Allow", "Principal": { "AWS": "arn:aws:iam::000000000000:root" }, "Action": "kms:*", "Resource": "*" } } } },
              "Secrets": { "Type": "AWS::Kinesis::Stream", "Properties": { "ShardCount": 1, "StreamEncryption": { "EncryptionType": "KMS", "KeyId": { "Fn::GetAtt": ["Key", "Arn"] } } } },
              "Bucket": { "Type": "AWS::S3::Bucket" },
              "Secret": { "Type": "AWS::SecretsManager::Secret", "Properties": { "SecretString": "s" } },
              "Bus": { "Type": "AWS::Events::EventBus", "Properties": { "Name": "Demo-Bus" } },
              "Queue": { "Type": "AWS::SQS::Queue" },
              "Managed": { "Type": "AWS::IAM::Role", "Properties": { "AssumeRolePolicyDocument": {{Trust}}, "ManagedPolicyArns": ["arn:aws:iam::aws:policy/Unheard"] } },
              "Role": { "Type": "AWS::IAM::Role", "Properties": { "AssumeRolePolicyDocument": {{Trust}} } },
              "Policy": { "Type": "AWS::IAM::Policy", "Properties": {
                "PolicyName": "p", "Roles": [{ "Ref": "Role" }], "PolicyDocument": { "Version": "2012-10-17", "Statement": {{statements}} } } },
              "Delivery": { "Type": "AWS::KinesisFirehose::DeliveryStream", "Properties": {
                "S3DestinationConfiguration": { "BucketARN": { "Fn::GetAtt": ["Bucket", "Arn"] }, "RoleARN": { "Fn::GetAtt": ["Role", "Arn"] } } } }
            }
            """);
        var authorization = _host.Services.Authorization!;
        authorization.Register("worker", authorization.As("arn:aws:iam::000000000000:role/Demo-Role", "worker"));
    }

    private async Task<(HttpStatusCode Status, JsonNode Answer)> CallAsync(string? key, string target, string body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _host!.Endpoint) { Content = new StringContent(body, Encoding.UTF8, "application/x-amz-json-1.1") };
        request.Headers.Add("X-Amz-Target", target);
        Sign(request, key);
        using var answer = await _http.SendAsync(request, Cancellation);
        var text = await answer.Content.ReadAsStringAsync(Cancellation);
        return (answer.StatusCode, JsonNode.Parse(text.Length == 0 ? "{}" : text)!);
    }

    private async Task<(HttpStatusCode Status, string Answer)> S3Async(string method, string path)
    {
        using var request = new HttpRequestMessage(new(method), new Uri(_host!.Endpoint, path));
        Sign(request, "worker");
        using var answer = await _http.SendAsync(request, Cancellation);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
    }

    private static void Sign(HttpRequestMessage request, string? key)
    {
        if (key is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", TestStack.Signature(key));
        }
    }
}
