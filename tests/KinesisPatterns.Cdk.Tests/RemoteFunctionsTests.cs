namespace KinesisPatterns.Cdk.Tests;

public sealed class RemoteFunctionsTests
{
    private readonly Stack _stack = new();
    private readonly StatefulFunctionsNetwork _network;

    public RemoteFunctionsTests() => _network = new StatefulFunctionsNetwork(_stack, "Network");

    [Fact]
    public void Only_the_endpoint_of_its_network_gets_in()
    {
        Define();

        _stack.ShouldHave("AWS::ApiGateway::RestApi", """
            {
              "EndpointConfiguration": { "Types": ["PRIVATE"], "VpcEndpointIds": [{ "Ref": "NetworkApi12AD6A44" }] },
              "Policy": {
                "Statement": [
                  {
                    "Action": "execute-api:Invoke",
                    "Condition": { "StringEquals": { "aws:SourceVpce": { "Ref": "NetworkApi12AD6A44" } } },
                    "Effect": "Allow",
                    "Resource": "execute-api:/*"
                  }
                ]
              }
            }
            """);
    }

    [Fact]
    public void Takes_and_gives_bytes_whatever_the_client_accepts()
    {
        Define();

        _stack.ShouldHave("AWS::ApiGateway::RestApi", """{ "BinaryMediaTypes": ["*/*"] }""");
    }

    [Fact]
    public void One_function_answers_posts_under_every_name()
    {
        Define();

        var method = _stack.Only("AWS::ApiGateway::Method").GetProperty("Properties");
        Assert.Equal("POST", method.GetProperty("HttpMethod").GetString());
        Assert.Equal("NONE", method.GetProperty("AuthorizationType").GetString());
        Assert.Equal("AWS_PROXY", method.GetProperty("Integration").GetProperty("Type").GetString());
        _stack.ShouldHave("AWS::ApiGateway::Resource", """{ "PathPart": "{function}" }""");
        _stack.ShouldHave("AWS::Lambda::Permission", """
            { "Principal": "apigateway.amazonaws.com", "SourceAccount": { "Ref": "AWS::AccountId" } }
            """);
    }

    [Fact]
    public void Its_concurrency_is_reserved()
    {
        Define(props => props with { Concurrency = 40 });

        _stack.ShouldHave("AWS::Lambda::Function", """{ "ReservedConcurrentExecutions": 40 }""");
    }

    [Fact]
    public void Logs_accesses_and_traces()
    {
        Define();

        _stack.ShouldHave("AWS::ApiGateway::Stage", """
            { "TracingEnabled": true, "AccessLogSetting": { "DestinationArn": { "Fn::GetAtt": ["OrdersAccessLog2B541584", "Arn"] } } }
            """);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(28)]
    public void The_function_ends_before_the_API_gives_up_and_the_API_before_the_call(int seconds)
    {
        Define(props => props with { Function = Published.Function with { Timeout = Duration.Seconds(seconds) } });

        var function = _stack.Only("AWS::Lambda::Function").GetProperty("Properties").GetProperty("Timeout").GetInt32();
        var api = _stack.Only("AWS::ApiGateway::Method").GetProperty("Properties")
            .GetProperty("Integration").GetProperty("TimeoutInMillis").GetInt32();
        Assert.True(function * 1_000 < api);
        Assert.True(api < OrderFunctions.Props(_network).Call.ToMilliseconds());
    }

    [Fact]
    public void Watches_failures_throttles_and_latency()
    {
        Define();

        Assert.Equal(
            ["4XXError", "5XXError", "Errors", "Latency", "Throttles"],
            _stack.All("AWS::CloudWatch::Alarm").Select(alarm => alarm.GetProperty("Properties").GetProperty("MetricName").GetString()).Order());
    }

    [Fact]
    public void Fails_when_the_function_may_outlast_the_API() => Synth.ShouldFail(
        "Default/Orders: expected Timeout of 1 second to 28 seconds, got 29 seconds",
        () => Define(props => props with { Function = Published.Function with { Timeout = Duration.Seconds(29) } }));

    [Fact]
    public void Fails_when_calls_are_given_up_before_retries_can_help() => Synth.ShouldFail(
        "Default/Orders: expected Call of 2 minutes to 1 hour, got 1 minute",
        () => Define(props => props with { Call = Duration.Minutes(1) }));

    [Fact]
    public void Fails_when_a_message_and_its_state_do_not_fit() => Synth.ShouldFail(
        "Default/Orders: expected a message and its state to fit into 4.4 MB, got 4000 KiB and 512 KiB",
        () => Define(props => props with { MessageSize = Size.Kibibytes(4_000) }));

    [Theory]
    [InlineData("orders/order")]
    [InlineData("#order")]
    [InlineData("..")]
    [InlineData("order?")]
    [InlineData("order\n")]
    [InlineData("")]
    public void Fails_when_a_name_would_be_something_else_in_the_module_or_in_a_URL(string name)
    {
        var message = $"Default/Orders: expected a namespace and names of letters, digits and . _ -, got '{name}'";

        Synth.ShouldFail(message, () => Define(props => props with { Names = [name] }));
        Synth.ShouldFail(message, () => new RemoteFunctions(new Stack(), "Orders", OrderFunctions.Props(_network) with { Namespace = name }));
    }

    [Fact]
    public void Fails_without_names() => Synth.ShouldFail(
        "Default/Orders: expected Names of function types, got none", () => Define(props => props with { Names = [] }));

    private RemoteFunctions Define(Func<RemoteFunctionsProps, RemoteFunctionsProps>? change = null)
    {
        var props = OrderFunctions.Props(_network);
        return new(_stack, "Orders", change?.Invoke(props) ?? props);
    }
}
