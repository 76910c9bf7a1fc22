using System.Net;

namespace KinesisPatterns.Local.Tests.ApiGateway;

/// <summary>A private API answers whom its own policy allows, and nobody else.</summary>
public sealed class PrivateApiTests
{
    private const string Allowed = """
        { "Statement": { "Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*",
          "Condition": { "StringEquals": { "aws:SourceVpce": "vpce-1" } } } }
        """;

    private const string AllowedElsewhere = """
        { "Statement": { "Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*",
          "Condition": { "StringEquals": { "aws:SourceVpce": "vpce-2" } } } }
        """;

    private const string Private = """{ "Types": ["PRIVATE"], "VpcEndpointIds": ["vpce-1"] }""";

    // The function is none of the stack: who may call the API is told that its configuration is wrong.
    [Theory]
    [InlineData(Private, Allowed, HttpStatusCode.InternalServerError)]
    [InlineData(Private, AllowedElsewhere, HttpStatusCode.Forbidden)]
    [InlineData(Private, "null", HttpStatusCode.Forbidden)]
    [InlineData("""{ "Types": ["REGIONAL"] }""", "null", HttpStatusCode.InternalServerError)]
    public async Task Who_may_call_it_is_what_its_policy_says(string endpoint, string policy, HttpStatusCode expected)
    {
        var (stack, host) = await TestStack.StartAsync($$"""
            {
              "Api": { "Type": "AWS::ApiGateway::RestApi", "Properties": { "EndpointConfiguration": {{endpoint}}, "Policy": {{policy}} } },
              "Stage": { "Type": "AWS::ApiGateway::Stage", "Properties": { "RestApiId": { "Ref": "Api" }, "StageName": "prod" } },
              "Resource": { "Type": "AWS::ApiGateway::Resource", "Properties": { "RestApiId": { "Ref": "Api" }, "ParentId": { "Fn::GetAtt": ["Api", "RootResourceId"] }, "PathPart": "order" } },
              "Function": { "Type": "AWS::Lambda::Function", "Properties": { "Code": { "ZipFile": "" }, "Handler": "index.handler", "Runtime": "nodejs22.x", "Role": "role" } },
              "Post": { "Type": "AWS::ApiGateway::Method", "Properties": {
                "RestApiId": { "Ref": "Api" }, "ResourceId": { "Ref": "Resource" }, "HttpMethod": "POST", "AuthorizationType": "NONE",
                "Integration": { "Type": "AWS_PROXY", "Uri": { "Fn::Join": ["", ["arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/", { "Fn::GetAtt": ["Function", "Arn"] }, "/invocations"]] } } } }
            }
            """);
        await using var _ = stack;
        using var http = new HttpClient();

        var answer = await http.PostAsync(new Uri(host.Endpoint, "_api/Demo-Api/prod/order"), null, TestContext.Current.CancellationToken);

        Assert.Equal(expected, answer.StatusCode);
        Assert.Equal(
            expected == HttpStatusCode.Forbidden,
            (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Contains("User: anonymous is not authorized to perform: execute-api:Invoke", StringComparison.Ordinal));
    }
}
