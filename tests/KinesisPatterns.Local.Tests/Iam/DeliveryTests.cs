using System.Text;
using KinesisPatterns.Local.ApiGateway;
using KinesisPatterns.Local.Hosting;
using KinesisPatterns.Local.Iam;
using KinesisPatterns.Local.Lambda;
using Microsoft.AspNetCore.Http;

namespace KinesisPatterns.Local.Tests.Iam;

/// <summary>What services do by themselves, they do with the rights of the stack.</summary>
public sealed class DeliveryTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("s3:ListBucket", "s3:PutObject on resource: arn:aws:s3:::demo-bucket/key")]
    [InlineData("s3:PutObject", "s3:ListBucket on resource: arn:aws:s3:::demo-bucket")]
    [InlineData("s3:*", null)]
    public async Task A_failure_bucket_takes_what_the_function_may_put(string granted, string? refused)
    {
        var (stack, host) = await StartAsync(granted);
        await using var running = stack;
        var destination = new FailureDestination(host.Services.S3, host.Services.Queues, host.Services.Topics, _ => { }, _ => Worker(host));
        var document = new FailureDocument { Condition = "c", RecordCount = 1, S3Key = "key", S3Body = "{}"u8.ToArray(), Metadata = "{}"u8.ToArray() };

        var error = await Record.ExceptionAsync(() => destination.SendAsync("arn:aws:s3:::demo-bucket", document, Cancellation));

        Assert.Equal(refused is null, error is null);
        Assert.Contains(refused ?? "", error?.Message ?? "", StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("s3:GetObject", true)]
    [InlineData("s3:PutObject", false)]
    public async Task A_delivery_stream_keeps_what_it_may_not_write_and_says_so(string granted, bool refused)
    {
        var (stack, host) = await StartAsync(granted);
        await using var running = stack;
        var delivery = host.Services.Firehose.Streams.Single();

        await delivery.AddAsync(new("record"u8.ToArray(), TimeProvider.System.GetUtcNow()), Cancellation);
        await host.Services.Firehose.FlushAsync(Cancellation);

        Assert.Equal(refused ? 0 : 1, delivery.Delivered);
        Assert.Equal(refused, host.Services.Firehose.Error?.Message.StartsWith("Demo-Delivery: S3.AccessDenied: User: ", StringComparison.Ordinal) == true);
    }

    [Theory]
    [InlineData("GET/devices/*", 200)]
    [InlineData("POST/devices/*", 500)]
    public async Task An_API_calls_a_function_whose_policy_lets_it(string method, int expected)
    {
        var (stack, host) = await StartAsync("none:None", method);
        await using var running = stack;
        var api = new ApiGatewayService((_, _, _) => Task.FromResult<ReadOnlyMemory<byte>?>(Encoding.UTF8.GetBytes("""{"statusCode":200}""")), host.Deployment.Identity, TimeProvider.System)
        {
            Authorization = host.Services.Authorization,
        };
        api.Add(RestApi.Of(host.Deployment.Find("Api")!, host.Deployment));
        var context = new DefaultHttpContext { Request = { Method = "GET" }, Response = { Body = new MemoryStream() } };

        await api.HandleAsync(context, "Demo-Api", "prod", "/devices/m1");

        Assert.Equal(expected, context.Response.StatusCode);
    }

    private static Caller Worker(LocalHost host) => host.Services.Authorization!.As(host.Deployment.Find("Role")!.Attributes["Arn"], "worker");

    private static Task<(TestStack, LocalHost)> StartAsync(string granted, string method = "") => TestStack.StartAsync($$"""
        {
          "Bucket": { "Type": "AWS::S3::Bucket" },
          "Role": { "Type": "AWS::IAM::Role", "Properties": {
            "AssumeRolePolicyDocument": { "Statement": { "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "Service": "firehose.amazonaws.com" } } },
            "Policies": [{ "PolicyName": "p", "PolicyDocument": { "Statement": { "Effect": "Allow", "Action": "{{granted}}", "Resource": "*" } } }] } },
          "Delivery": { "Type": "AWS::KinesisFirehose::DeliveryStream", "Properties": {
            "S3DestinationConfiguration": { "BucketARN": { "Fn::GetAtt": ["Bucket", "Arn"] }, "RoleARN": { "Fn::GetAtt": ["Role", "Arn"] } } } },
          "Api": { "Type": "AWS::ApiGateway::RestApi" },
          "Devices": { "Type": "AWS::ApiGateway::Resource", "Properties": { "RestApiId": { "Ref": "Api" }, "ParentId": { "Fn::GetAtt": ["Api", "RootResourceId"] }, "PathPart": "devices" } },
          "Device": { "Type": "AWS::ApiGateway::Resource", "Properties": { "RestApiId": { "Ref": "Api" }, "ParentId": { "Ref": "Devices" }, "PathPart": "{device}" } },
          "Get": { "Type": "AWS::ApiGateway::Method", "Properties": { "RestApiId": { "Ref": "Api" }, "ResourceId": { "Ref": "Device" }, "HttpMethod": "GET", "Integration": {
            "Uri": "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:Demo-Function/invocations" } } },
          "Permission": { "Type": "AWS::Lambda::Permission", "Properties": {
            "FunctionName": "arn:aws:lambda:us-east-1:000000000000:function:Demo-Function", "Action": "lambda:InvokeFunction", "Principal": "apigateway.amazonaws.com",
            "SourceArn": { "Fn::Sub": "arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/prod/{{method}}" } } }
        }
        """);
}
