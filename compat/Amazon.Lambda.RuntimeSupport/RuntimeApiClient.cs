using System.Buffers;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Amazon.Lambda.RuntimeSupport.Bootstrap;

namespace Amazon.Lambda.RuntimeSupport;

// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
public class RuntimeApiClient : IRuntimeApiClient
{
    private readonly HttpClient client;
    private readonly string url;

    public RuntimeApiClient(HttpClient httpClient) : this(httpClient, new())
    {
    }

    internal RuntimeApiClient(HttpClient httpClient, LambdaBootstrapOptions options)
    {
        client = httpClient;
        var server = options.RuntimeApiEndpoint ?? Environment.GetEnvironmentVariable("AWS_LAMBDA_RUNTIME_API");
        if (string.IsNullOrEmpty(server))
        {
            throw new InvalidOperationException(
                "AWS_LAMBDA_RUNTIME_API: expected the address of the Lambda Runtime API, got nothing (is this process run by Lambda or a stand-in for it?)");
        }

        // The value may hold a path (test tools use one to tell functions apart), so it is no authority but a prefix.
        url = $"http://{server.TrimEnd('/')}/2018-06-01/runtime/";
    }

    public async Task<InvocationRequest> GetNextInvocationAsync(CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url + "invocation/next");
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseContentRead, cancellationToken);
        await EnsureAsync(response, "next", HttpStatusCode.OK, cancellationToken);
        return new(await ReadAsync(response.Content, cancellationToken), new LambdaContext(response.Headers));
    }

    public async Task SendResponseAsync(string awsRequestId, Stream outputStream, CancellationToken cancellationToken = default)
    {
        using var content = outputStream is null ? new ByteArrayContent([]) : (HttpContent)new StreamContent(outputStream);
        content.Headers.ContentType = new("application/json");
        await PostAsync($"invocation/{awsRequestId}/response", content, null, cancellationToken);
    }

    public Task ReportInvocationErrorAsync(string awsRequestId, Exception exception, CancellationToken cancellationToken = default) =>
        PostAsync($"invocation/{awsRequestId}/error", Describe(exception), exception.GetType().Name, cancellationToken);

    public Task ReportInitializationErrorAsync(Exception exception, CancellationToken cancellationToken = default) =>
        PostAsync("init/error", Describe(exception), exception.GetType().Name, cancellationToken);

    public Task ReportInitializationErrorAsync(string errorType, CancellationToken cancellationToken = default) =>
        PostAsync("init/error", new ByteArrayContent([]), errorType, cancellationToken);

    internal async Task PostAsync(string path, CancellationToken cancellationToken)
    {
        using var response = await client.GetAsync(url + path, cancellationToken);
        await EnsureAsync(response, path, HttpStatusCode.OK, cancellationToken);
    }

    private async Task PostAsync(string path, HttpContent content, string errorType, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url + path) { Content = content };
        if (errorType is not null)
        {
            request.Headers.TryAddWithoutValidation("Lambda-Runtime-Function-Error-Type", errorType);
        }

        if (ConsoleLogger.Current?.InvocationId is { } invocation)
        {
            request.Headers.TryAddWithoutValidation("Lambda-Runtime-Invocation-Id", invocation);
        }

        using var response = await client.SendAsync(request, cancellationToken);
        await EnsureAsync(response, path, HttpStatusCode.Accepted, cancellationToken);
    }

    private static async Task EnsureAsync(
        HttpResponseMessage response, string call, HttpStatusCode expected, CancellationToken cancellationToken)
    {
        if (response.StatusCode != expected)
        {
            var body = await response.Content.ReadAsStringAsync(cancellationToken);
            throw new RuntimeApiClientException(
                $"The Lambda Runtime API answered {call} with an unexpected status.", (int)response.StatusCode, body, null);
        }
    }

    private static async Task<MemoryStream> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        var bytes = await content.ReadAsByteArrayAsync(cancellationToken);
        return new(bytes, 0, bytes.Length, writable: false, publiclyVisible: true);
    }

    private static ByteArrayContent Describe(Exception exception)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            Describe(writer, exception, depth: 0);
        }

        return new(buffer.WrittenMemory.ToArray())
        {
            Headers = { ContentType = new MediaTypeHeaderValue("application/vnd.aws.lambda.error+json") },
        };
    }

    private static void Describe(Utf8JsonWriter writer, Exception exception, int depth)
    {
        writer.WriteStartObject();
        writer.WriteString("errorType", exception.GetType().Name);
        writer.WriteString("errorMessage", exception.Message);
        writer.WriteStartArray("stackTrace");
        foreach (var frame in exception.StackTrace?.Split('\n') ?? [])
        {
            writer.WriteStringValue(frame.Trim());
        }

        writer.WriteEndArray();
        if (exception.InnerException is { } inner && depth < 10)
        {
            writer.WritePropertyName("cause");
            Describe(writer, inner, depth + 1);
        }

        writer.WriteEndObject();
    }
}
