using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Google.Protobuf;
using HttpTests;
using KinesisPatterns.StateFun.Tests.Protocol;
using KinesisPatterns.StateFun.VerificationHost;
using static KinesisPatterns.StateFun.Tests.Requests;

namespace KinesisPatterns.StateFun.Tests;

/// <summary>The verification host as Lambda runs it: an executable that asks a Runtime API for events.</summary>
public sealed class LambdaHostTests
{
    private static readonly ToFunction Request = To("sdk.verification.functions/types-validation", "1", Int(41));

    [Fact]
    public async Task Events_of_every_kind_of_API_are_answered_by_the_executable()
    {
        await using var api = await RunAsync(Rest(Request), HttpApi(Request), FunctionUrl(Request));

        for (var i = 1; i <= 3; i++)
        {
            var answer = JsonNode.Parse(Assert.Single(api.Posts($"/invocation/id-{i}/response")).Text)!;
            Assert.Equal(
                (200, "application/octet-stream", true),
                ((int)answer["statusCode"]!, (string)answer["headers"]!["Content-Type"]!, (bool)answer["isBase64Encoded"]!));
            var result = FromFunction.Parser.ParseFrom(Convert.FromBase64String((string)answer["body"]!)).InvocationResult;
            Assert.Equal(Int(42), Assert.Single(result.OutgoingMessages).Argument);
        }
    }

    [Fact]
    public async Task The_executable_outlives_what_it_cannot_answer()
    {
        var failing = To("sdk.verification.functions/command-interpreter", "1", Text("throw")).With("state_a").With("state_b").With("state_c");
        var unknown = To("sdk.verification.functions/none", "1", Text("noop"));
        var large = To("bench/pipeline", "1", [.. Enumerable.Repeat(Text(new('x', 100_000)), 25)]).With("seen");

        await using var api = await RunAsync(
            Rest(failing), Rest(unknown), Rest(large), """{"body":"text","isBase64Encoded":false}""", """{"Records":[]}""", Rest(Request));

        var errors = Enumerable.Range(1, 5).Select(i => JsonNode.Parse(Assert.Single(api.Posts($"/invocation/id-{i}/error")).Text)!["errorType"]!);
        Assert.Equal(
            ["InvalidOperationException", "UnknownFunctionException", "ReplyTooLargeException", "InvalidOperationException", "MalformedMessageException"],
            errors.Select(e => (string?)e));
        Assert.Equal(200, (int)JsonNode.Parse(Assert.Single(api.Posts("/invocation/id-6/response")).Text)!["statusCode"]!);
    }

    private static string Rest(ToFunction request) => Event(request, new JsonObject
    {
        ["resource"] = "/{function}",
        ["path"] = "/types-validation",
        ["httpMethod"] = "POST",
        ["headers"] = new JsonObject { ["Content-Type"] = "application/octet-stream", ["Accept"] = "application/octet-stream" },
        ["requestContext"] = new JsonObject { ["stage"] = "prod", ["identity"] = new JsonObject { ["sourceIp"] = "10.0.0.1" } },
    });

    private static string HttpApi(ToFunction request) => Event(request, new JsonObject
    {
        ["version"] = "2.0",
        ["routeKey"] = "$default",
        ["rawPath"] = "/",
        ["requestContext"] = new JsonObject { ["http"] = new JsonObject { ["method"] = "POST", ["path"] = "/" } },
    });

    private static string FunctionUrl(ToFunction request) => Event(request, new JsonObject
    {
        ["version"] = "2.0",
        ["rawPath"] = "/",
        ["requestContext"] = new JsonObject { ["domainName"] = "id.lambda-url.eu-central-1.on.aws", ["authorizer"] = new JsonObject { ["iam"] = new JsonObject() } },
    });

    private static string Event(ToFunction request, JsonObject envelope)
    {
        envelope["body"] = Convert.ToBase64String(request.ToByteArray());
        envelope["isBase64Encoded"] = true;
        return envelope.ToJsonString(JsonSerializerOptions.Web);
    }

    /// <summary>Runs the executable until it has answered the events and asks for more.</summary>
    private static async Task<RuntimeApi> RunAsync(params string[] events)
    {
        var api = await RuntimeApi.StartAsync(events);
        var start = new ProcessStartInfo("dotnet", [typeof(VerificationFunctions).Assembly.Location]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["AWS_LAMBDA_RUNTIME_API"] = api.Endpoint;
        start.Environment["AWS_LAMBDA_FUNCTION_NAME"] = "verification";
        using var host = Process.Start(start)!;
        var log = Task.WhenAll(host.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken), host.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken));
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(api.Done);
        ended.CancelAfter(TimeSpan.FromMinutes(1));
        try
        {
            await host.WaitForExitAsync(ended.Token);
        }
        catch (OperationCanceledException)
        {
            host.Kill();
            await host.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        Assert.True(api.Done.IsCancellationRequested, string.Join('\n', await log));
        return api;
    }
}
