using KinesisPatterns.Local.Tests.Kinesis;

namespace KinesisPatterns.Local.Tests.Conformance;

/// <summary>The AWS SDK for JavaScript v3, whose default handler for Kinesis speaks HTTP/2 and nothing else.</summary>
public sealed class JavaScriptSdkTests
{
    [Fact]
    public async Task Understands_every_answer_with_its_default_handler()
    {
        await using var server = await TestServer.StartAsync(new() { EnforceQuotas = false });

        await Client.RunNodeAsync("kinesis.mjs", server.Http.BaseAddress!.ToString().TrimEnd('/'));
    }
}
