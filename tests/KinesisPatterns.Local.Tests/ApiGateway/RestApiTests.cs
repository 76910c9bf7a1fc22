using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using KinesisPatterns.Local.ApiGateway;
using KinesisPatterns.Local.Assembly;
using Microsoft.AspNetCore.Http;

namespace KinesisPatterns.Local.Tests.ApiGateway;

/// <summary>A REST API of a template; the test is the function behind it.</summary>
public sealed class RestApiTests
{
    private const string Template = """
        {
          "Resources": {
            "Api": { "Type": "AWS::ApiGateway::RestApi" },
            "Devices": { "Type": "AWS::ApiGateway::Resource", "Properties": { "RestApiId": { "Ref": "Api" }, "ParentId": { "Fn::GetAtt": ["Api", "RootResourceId"] }, "PathPart": "devices" } },
            "Device": { "Type": "AWS::ApiGateway::Resource", "Properties": { "RestApiId": { "Ref": "Api" }, "ParentId": { "Ref": "Devices" }, "PathPart": "{device}" } },
            "Stage": { "Type": "AWS::ApiGateway::Stage", "Properties": { "RestApiId": { "Ref": "Api" }, "StageName": "prod" } },
            "Validator": { "Type": "AWS::ApiGateway::RequestValidator", "Properties": { "RestApiId": { "Ref": "Api" }, "ValidateRequestParameters": true } },
            "Get": { "Type": "AWS::ApiGateway::Method", "Properties": {
              "RestApiId": { "Ref": "Api" }, "ResourceId": { "Ref": "Device" }, "HttpMethod": "GET", "RequestValidatorId": { "Ref": "Validator" },
              "RequestParameters": { "method.request.querystring.from": true },
              "Integration": { "Type": "AWS_PROXY", "Uri": "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:query/invocations" } } }
          }
        }
        """;

    private JsonNode? _event;
    private string? _answer = """{"statusCode":200,"headers":{"X-From":"function"},"body":"{}"}""";

    [Fact]
    public async Task Hands_path_and_query_to_the_function_and_its_answer_back()
    {
        var response = await CallAsync("/devices/machine%201", "?from=1&tag=a&tag=b");

        Assert.Equal(200, response.StatusCode);
        Assert.Equal("function", response.Headers["X-From"]);
        Assert.Equal("machine 1", (string?)_event!["pathParameters"]!["device"]);
        Assert.Equal("/devices/{device}", (string?)_event["resource"]);
        Assert.Equal("b", (string?)_event["queryStringParameters"]!["tag"]);
        Assert.Equal(2, _event["multiValueQueryStringParameters"]!["tag"]!.AsArray().Count);
    }

    [Fact]
    public async Task Answers_400_when_a_required_parameter_is_missing()
    {
        var response = await CallAsync("/devices/m1", "");

        Assert.Equal(400, response.StatusCode);
        Assert.Contains("[from]", Body(response), StringComparison.Ordinal);
        Assert.Null(_event);
    }

    [Fact]
    public async Task Answers_403_where_there_is_no_method() =>
        Assert.Equal(403, (await CallAsync("/nothing", "?from=1")).StatusCode);

    [Theory]
    [InlineData(null)]
    [InlineData("not json")]
    [InlineData("""{"body":"no status"}""")]
    public async Task Answers_502_when_the_function_fails_or_says_nothing_sensible(string? answer)
    {
        _answer = answer;

        Assert.Equal((int)HttpStatusCode.BadGateway, (await CallAsync("/devices/m1", "?from=1")).StatusCode);
    }

    [Fact]
    public async Task A_binary_body_goes_to_the_function_and_comes_back_in_base64()
    {
        byte[] sent = [0, 0xff, 0xfe], answered = [0x80, 0, 1];
        _answer = $$"""{"statusCode":200,"headers":{"Content-Type":"application/octet-stream"},"isBase64Encoded":true,"body":"{{Convert.ToBase64String(answered)}}"}""";

        var response = await CallAsync("/devices/m1", "?from=1", """["*/*"]""", sent);

        Assert.Equal(Convert.ToBase64String(sent), (string?)_event!["body"]);
        Assert.True((bool)_event["isBase64Encoded"]!);
        Assert.Equal(answered, ((MemoryStream)response.Body).ToArray());
        Assert.Equal(answered.Length, response.ContentLength);
    }

    [Fact]
    public async Task Without_a_binary_media_type_base64_stays_what_it_is()
    {
        _answer = """{"statusCode":200,"isBase64Encoded":true,"body":"gAAB"}""";

        var response = await CallAsync("/devices/m1", "?from=1", """["image/*"]""", "{}"u8.ToArray());

        Assert.Equal("{}", (string?)_event!["body"]);
        Assert.False((bool)_event["isBase64Encoded"]!);
        Assert.Equal("gAAB", Body(response));
    }

    private async Task<HttpResponse> CallAsync(string path, string query, string binaryMediaTypes = "[]", byte[]? body = null)
    {
        var template = JsonNode.Parse(Template)!.AsObject();
        template["Resources"]!["Api"]!["Properties"] = new JsonObject { ["BinaryMediaTypes"] = JsonNode.Parse(binaryMediaTypes) };
        var deployment = new Deployment(new("Demo", "Demo", template, new Dictionary<string, string>(), []), new("000000000000", "us-east-1"));
        var service = new ApiGatewayService(
            (_, payload, _) =>
            {
                _event = JsonNode.Parse(payload.Span);
                return Task.FromResult<ReadOnlyMemory<byte>?>(_answer is null ? null : Encoding.UTF8.GetBytes(_answer));
            },
            deployment.Identity,
            TimeProvider.System);
        service.Add(RestApi.Of(deployment.OfType("AWS::ApiGateway::RestApi").Single(), deployment));
        var context = new DefaultHttpContext();
        context.Request.Method = "GET";
        context.Request.QueryString = new(query);
        context.Request.ContentType = "application/octet-stream";
        context.Request.Headers.Accept = "application/octet-stream";
        context.Request.Body = new MemoryStream(body ?? []);
        context.Response.Body = new MemoryStream();
        await service.HandleAsync(context, "Demo-Api", "prod", path);
        return context.Response;
    }

    private static string Body(HttpResponse response) => Encoding.UTF8.GetString(((MemoryStream)response.Body).ToArray());
}
