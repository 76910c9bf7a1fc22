using KinesisPatterns.Local.Tests.Kinesis;

namespace KinesisPatterns.Local.Tests.Conformance;

/// <summary>boto3 goes through the services; the scripts' own asserts decide.</summary>
public sealed class Boto3Tests
{
    [Fact]
    public async Task Understands_every_answer_of_Kinesis_and_Lambda()
    {
        await using var server = await TestServer.StartAsync();
        server.Lambda.Add(new Local.Lambda.FunctionDefinition
        {
            Name = "test",
            Arn = "arn:aws:lambda:us-east-1:000000000000:function:test",
            CodeDirectory = AppContext.BaseDirectory,
            Handler = "TestFunction",
            Runtime = "dotnet10",
        });

        await Client.RunPythonAsync("boto3", "boto3_kinesis.py", server.Http.BaseAddress!.ToString().TrimEnd('/'));
    }

    [Fact]
    public async Task Understands_every_answer_of_SQS_and_SNS()
    {
        var (stack, host) = await TestStack.StartAsync("{}");
        await using var running = stack;

        await Client.RunPythonAsync("boto3", "boto3_messaging.py", host.Endpoint.ToString().TrimEnd('/'));
    }
}
