using Amazon.CDK.AWS.DynamoDB;
using Amazon.CDK.AWS.IAM;
using Attribute = Amazon.CDK.AWS.DynamoDB.Attribute;

namespace KinesisPatterns.Cdk.Tests;

public sealed class QueryApiTests
{
    private readonly Stack _stack = new();
    private readonly TableV2 _series;

    public QueryApiTests() => _series = new TableV2(_stack, "Series", new TablePropsV2
    {
        PartitionKey = new Attribute { Name = "device", Type = AttributeType.STRING },
    });

    [Fact]
    public void Answers_signed_requests_only_and_checks_their_parameters()
    {
        Define();

        var methods = _stack.All("AWS::ApiGateway::Method")
            .Select(method => method.GetProperty("Properties"))
            .ToArray();
        Assert.Equal(4, methods.Length);
        Assert.All(methods, method =>
        {
            Assert.Equal("GET", method.GetProperty("HttpMethod").GetString());
            Assert.Equal("AWS_IAM", method.GetProperty("AuthorizationType").GetString());
            Assert.Equal("AWS_PROXY", method.GetProperty("Integration").GetProperty("Type").GetString());
            Assert.True(method.TryGetProperty("RequestValidatorId", out _));
        });
        _stack.ShouldHave("AWS::ApiGateway::RequestValidator", """{ "ValidateRequestParameters": true }""");
        _stack.ShouldHave("AWS::ApiGateway::RestApi", """{ "EndpointConfiguration": { "Types": ["REGIONAL"] } }""");
    }

    [Fact]
    public void Throttles_logs_and_traces()
    {
        Define(new() { Function = Published.Function, Table = _series, RequestsPerSecond = 20, Burst = 10 });

        _stack.ShouldHave("AWS::ApiGateway::Stage", """
            {
              "TracingEnabled": true,
              "AccessLogSetting": { "DestinationArn": { "Fn::GetAtt": ["QueryAccessLog4EBA53BC", "Arn"] } },
              "MethodSettings": [
                {
                  "HttpMethod": "*", "ResourcePath": "/*", "LoggingLevel": "ERROR", "MetricsEnabled": true,
                  "ThrottlingRateLimit": 20, "ThrottlingBurstLimit": 10, "DataTraceEnabled": false
                }
              ]
            }
            """);
    }

    [Fact]
    public void Its_function_knows_the_table_and_may_read_it()
    {
        Define();

        _stack.ShouldHave("AWS::Lambda::Function", """
            { "Environment": { "Variables": { "SERIES_TABLE_NAME": { "Ref": "SeriesB562BC26" } } } }
            """);
        Assert.Equal(
            ["dynamodb:GetItem", "dynamodb:Query"],
            _stack.AllowedActions().Where(action => action.StartsWith("dynamodb:")));
    }

    [Fact]
    public void With_indexes_it_gets_items_of_the_table_and_queries_the_indexes()
    {
        Define(new() { Function = Published.Function, Table = _series, Indexes = ["by-time"] });

        var grants = _stack.All("AWS::IAM::Policy")
            .SelectMany(policy => policy.GetProperty("Properties").GetProperty("PolicyDocument").GetProperty("Statement").EnumerateArray())
            .Select(statement => $"{statement.GetProperty("Action")} {statement.GetProperty("Resource")}")
            .Where(grant => grant.StartsWith("dynamodb:", StringComparison.Ordinal))
            .ToArray();
        Assert.Equal(2, grants.Length);
        Assert.Equal("""dynamodb:GetItem {"Fn::GetAtt":["SeriesB562BC26","Arn"]}""", grants[0].Replace(" :", ":", StringComparison.Ordinal));
        Assert.Matches(@"^dynamodb:Query .*""/index/by-time""", grants[1]);
    }

    [Fact]
    public void Only_this_api_may_call_its_function()
    {
        Define();

        _stack.ShouldCount("AWS::Lambda::Permission", 1);
        _stack.ShouldHave("AWS::Lambda::Permission", """
            { "Principal": "apigateway.amazonaws.com", "SourceAccount": { "Ref": "AWS::AccountId" } }
            """);
    }

    [Fact]
    public void Lets_a_caller_query()
    {
        Define().GrantQuery(new User(_stack, "Caller"));

        Assert.Contains("execute-api:Invoke", _stack.AllowedActions());
    }

    [Fact]
    public void Leaves_outputs_to_its_stack()
    {
        Define();

        Assert.False(_stack.Json().TryGetProperty("Outputs", out _));
    }

    [Fact]
    public void Its_metrics_are_those_of_this_api()
    {
        var api = Define();

        new Alarms(
            _stack,
            "Alarms",
            new("Failing", api.MetricServerErrors(), 0, "Look."),
            new("Slow", api.MetricLatency(), 0, "Look."));

        var dimensions = """[{"Name":"ApiName","Value":"Query"}]""";
        Assert.Equal(
            [("5XXError", "Sum", dimensions), ("Latency", "Average", dimensions)], [.. _stack.AlarmedMetrics()]);
    }

    [Fact]
    public void Fails_when_it_may_not_be_called_at_all() =>
        Synth.ShouldFail(
            "Default/Query: expected RequestsPerSecond of 1 to 10,000, got 0",
            () => Define(new() { Function = Published.Function, Table = _series, RequestsPerSecond = 0 }));

    private QueryApi Define(QueryApiProps? props = null) =>
        new(_stack, "Query", props ?? new() { Function = Published.Function, Table = _series });
}
