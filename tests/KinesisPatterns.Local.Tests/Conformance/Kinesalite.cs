using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using InfluxTests;

namespace KinesisPatterns.Local.Tests.Conformance;

/// <summary>kinesalite as a process of its own, with streams that change at once.</summary>
internal sealed class Kinesalite : IAsyncDisposable
{
    private readonly Process _process;

    private Kinesalite(Process process, Uri address) => (_process, Address) = (process, address);

    public Uri Address { get; }

    public static async Task<Kinesalite> StartAsync(CancellationToken cancellation)
    {
        Client.SkipWithoutNode();
        var port = ServerProcess.FreePort();
        var script = Path.Combine(Client.NodeFolder, "node_modules", "kinesalite", "cli.js");
        var process = ServerProcess.Start(new("node", [
            script, "--port", port.ToString(CultureInfo.InvariantCulture), "--shardLimit", "1000",
            "--createStreamMs", "0", "--deleteStreamMs", "0", "--updateStreamMs", "0"]));
        Assert.SkipUnless(process is not null, "node is not installed.");
        var server = new Kinesalite(process, new($"http://127.0.0.1:{port}"));
        using var http = new HttpClient();
        await ServerProcess.ReadyAsync(http, server.Address, cancellation);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}

/// <summary>A client of one Kinesis that keeps the sequence numbers it was given, which no other one gives.</summary>
internal sealed class KinesisSide(Uri address) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = address };
    private readonly Dictionary<string, List<string>> _numbers = [];

    public async Task<(int Status, JsonObject Body)> CallAsync(string operation, JsonObject request)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, "/") { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(request.ToJsonString())) };
        message.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.1");
        message.Headers.Add("X-Amz-Target", "Kinesis_20131202." + operation);
        message.Headers.Add("X-Amz-Date", "20260101T000000Z");
        message.Headers.TryAddWithoutValidation(
            "Authorization", "AWS4-HMAC-SHA256 Credential=a/20260101/us-east-1/kinesis/aws4_request, SignedHeaders=host, Signature=b");
        using var response = await _http.SendAsync(message);
        var text = await response.Content.ReadAsStringAsync();
        return ((int)response.StatusCode, text.Length == 0 ? [] : JsonNode.Parse(text)!.AsObject());
    }

    /// <summary>The sequence numbers of the records of a stream, in the order in which they were put.</summary>
    public List<string> Numbers(string stream) =>
        _numbers.TryGetValue(stream, out var numbers) ? numbers : _numbers[stream] = [];

    /// <summary>Remembers the numbers that an answer to a put gives out; a new stream begins anew.</summary>
    public void Note(string operation, string stream, JsonObject answer)
    {
        switch (operation)
        {
            case "CreateStream" when answer.Count == 0:
                Numbers(stream).Clear();
                break;
            case "PutRecord" when answer["SequenceNumber"] is { } number:
                Numbers(stream).Add((string)number!);
                break;
            case "PutRecords" when answer["Records"] is JsonArray records:
                Numbers(stream).AddRange(records.Select(record => (string)record!["SequenceNumber"]!));
                break;
        }
    }

    public void Dispose() => _http.Dispose();
}
