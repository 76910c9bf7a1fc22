using System.Text.Json.Nodes;

namespace KinesisPatterns.Local.Tests;

/// <summary>A cloud assembly with one stack, written by hand and run by the host; it goes with the test.</summary>
internal sealed class TestStack : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kinesis-patterns-test-");
    private LocalHost? _host;

    public static async Task<(TestStack Stack, LocalHost Host)> StartAsync(string resources, string outputs = "{}")
    {
        var stack = new TestStack();
        stack.Write(resources, outputs);
        stack._host = await LocalHost.StartAsync(new() { AssemblyDirectory = stack._folder.FullName }, TestContext.Current.CancellationToken);
        return (stack, stack._host);
    }

    /// <summary>What a request that a key signed carries: the host looks at the key and not at the signature.</summary>
    public static string Signature(string accessKey) =>
        $"AWS4-HMAC-SHA256 Credential={accessKey}/20260101/us-east-1/any/aws4_request, SignedHeaders=host, Signature=local";

    public string Write(string resources, string outputs = "{}")
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "manifest.json"), """
            { "artifacts": { "Demo": { "type": "aws:cloudformation:stack", "properties": { "templateFile": "Demo.json" } } } }
            """);
        File.WriteAllText(
            Path.Combine(_folder.FullName, "Demo.json"),
            new JsonObject { ["Resources"] = JsonNode.Parse(resources), ["Outputs"] = JsonNode.Parse(outputs) }.ToJsonString());
        return _folder.FullName;
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
        {
            await _host.DisposeAsync();
        }

        _folder.Delete(recursive: true);
    }
}
