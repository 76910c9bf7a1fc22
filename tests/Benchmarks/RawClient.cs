using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Benchmarks;

/// <summary>The least client that both servers accept: prepared bodies, no signature, no SDK.</summary>
internal sealed class RawClient(Uri address) : IDisposable
{
    private readonly HttpClient _http = new() { BaseAddress = address, Timeout = TimeSpan.FromMinutes(1) };

    public async Task<byte[]> CallAsync(string operation, byte[] body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.1");
        request.Headers.TryAddWithoutValidation("X-Amz-Target", "Kinesis_20131202." + operation);
        request.Headers.TryAddWithoutValidation("X-Amz-Date", "20261122T192800Z");

        // kinesalite wants these parts to be there and verifies none of them.
        request.Headers.TryAddWithoutValidation(
            "Authorization", "AWS4-HMAC-SHA256 Credential=a/20261122/us-east-1/kinesis/aws4_request, SignedHeaders=host, Signature=0");
        using var response = await _http.SendAsync(request);
        var answer = await response.Content.ReadAsByteArrayAsync();
        return response.IsSuccessStatusCode
            ? answer
            : throw new InvalidOperationException(
                $"{operation}: {(int)response.StatusCode} {Encoding.UTF8.GetString(answer)}");
    }

    public async Task<JsonElement> CallAsync(string operation, string body) =>
        JsonDocument.Parse(await CallAsync(operation, Encoding.UTF8.GetBytes(body))).RootElement;

    /// <summary>Waits until the server answers.</summary>
    public async Task ReadyAsync()
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await CallAsync("ListStreams", "{}"u8.ToArray());
                return;
            }
            catch (HttpRequestException) when (attempt < 200)
            {
                await Task.Delay(50);
            }
        }
    }

    public void Dispose() => _http.Dispose();
}
