using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using KinesisPatterns.Local.Assembly;
using KinesisPatterns.Local.Hosting;
using KinesisPatterns.Local.Iam;
using Microsoft.AspNetCore.Http;

namespace KinesisPatterns.Local.DynamoDb;

/// <summary>DynamoDB: dynalite behind the host's endpoint.</summary>
/// <param name="folder">Where the tables are kept; null keeps them in memory.</param>
internal sealed class DynamoDbService(string? folder = null) : IAsyncDisposable
{
    // dynalite insists on the form of a signature and does not check it.
    private const string Signature =
        "AWS4-HMAC-SHA256 Credential=local/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=local";

    private static readonly string[] TableProperties = ["AttributeDefinitions", "KeySchema", "LocalSecondaryIndexes"];

    private readonly SemaphoreSlim _starting = new(1);
    private readonly SemaphoreSlim _changing = new(1);
    private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromMinutes(5) });
    private readonly Dictionary<string, DynamoDbTable> _tables = new(StringComparer.Ordinal);
    private Dynalite? _dynalite;

    public async Task CreateTableAsync(Resource resource, CancellationToken cancellation)
    {
        var request = new JsonObject { ["TableName"] = resource.Ref, ["BillingMode"] = "PAY_PER_REQUEST" };
        foreach (var name in TableProperties.Where(resource.Properties.ContainsKey))
        {
            request[name] = resource.Properties[name]!.DeepClone();
        }

        if (resource.Properties["GlobalSecondaryIndexes"] is JsonArray indexes)
        {
            request["GlobalSecondaryIndexes"] = new JsonArray([.. indexes.Select(Index)]);
        }

        if (folder is null || !await ExistsAsync(resource.Ref, cancellation))
        {
            await CallAsync("CreateTable", request, cancellation);
        }

        _tables[resource.Ref] = DynamoDbTable.Of(resource);
    }

    private async Task<bool> ExistsAsync(string table, CancellationToken cancellation)
    {
        var tables = await CallAsync("ListTables", [], cancellation);
        return tables["TableNames"]!.AsArray().Any(name => (string?)name == table);
    }

    public async Task<JsonObject> CallAsync(string operation, JsonObject request, CancellationToken cancellation)
    {
        var answer = await SendAsync($"DynamoDB_20120810.{operation}", Encoding.UTF8.GetBytes(request.ToJsonString()), cancellation);
        var body = await answer.Content.ReadAsStringAsync(cancellation);
        return answer.IsSuccessStatusCode
            ? JsonNode.Parse(body)!.AsObject()
            : throw new LocalHostException($"DynamoDB {operation}: {body}");
    }

    // Other calls wait while a table is made anew.
    private async Task<JsonObject> ChangeAsync(string operation, JsonObject request, CancellationToken cancellation)
    {
        await _changing.WaitAsync(cancellation);
        try
        {
            return await TableChanges.AnswerAsync(this, operation, request, cancellation);
        }
        catch (LocalHostException error)
        {
            throw new AwsJsonError(error.Message.Contains("ResourceNotFound", StringComparison.Ordinal) ? "ResourceNotFoundException" : "ValidationException", error.Message);
        }
        finally
        {
            _changing.Release();
        }
    }

    public async Task HandleAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        try
        {
            DynamoDbRights.Demand(context, body.GetBuffer().AsMemory(0, (int)body.Length), _tables);
        }
        catch (AccessDeniedException denied)
        {
            await AwsJson.ErrorAsync(context, AwsJson.AccessDenied(denied));
            return;
        }

        var target = context.Request.Headers["X-Amz-Target"].ToString();
        var operation = target[(target.LastIndexOf('.') + 1)..];
        if (operation is "UpdateTable" or "UpdateContinuousBackups" or "DescribeContinuousBackups"
            && JsonNode.Parse(body.ToArray()) is JsonObject request && TableChanges.Include(operation, request))
        {
            await AwsJson.ServeAsync(context, async (_, _) => await ChangeAsync(operation, request, context.RequestAborted), isRead: true);
            return;
        }

        await _changing.WaitAsync(context.RequestAborted);
        _changing.Release();

        // What a caller asked for is done, also when it is gone before the answer; a connection that breaks off is a risk to dynalite.
        using var answer = await SendAsync(target, body.ToArray(), CancellationToken.None);
        context.Response.StatusCode = (int)answer.StatusCode;
        context.Response.ContentType = "application/x-amz-json-1.0";
        foreach (var name in (string[])["x-amzn-RequestId", "x-amz-crc32"])
        {
            if (answer.Headers.TryGetValues(name, out var values))
            {
                context.Response.Headers[name] = values.First();
            }
        }

        await answer.Content.CopyToAsync(context.Response.Body, context.RequestAborted);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _starting.Dispose();
        _changing.Dispose();
        if (_dynalite is not null)
        {
            await _dynalite.DisposeAsync();
        }
    }

    private async Task<HttpResponseMessage> SendAsync(string target, byte[] body, CancellationToken cancellation)
    {
        var server = await ServerAsync(cancellation);
        using var request = new HttpRequestMessage(HttpMethod.Post, server.Address) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-amz-json-1.0");
        request.Headers.TryAddWithoutValidation("X-Amz-Target", target);
        request.Headers.TryAddWithoutValidation("X-Amz-Date", "20260101T000000Z");
        request.Headers.TryAddWithoutValidation("Authorization", Signature);
        return await _http.SendAsync(request, cancellation);
    }

    private async Task<Dynalite> ServerAsync(CancellationToken cancellation)
    {
        if (_dynalite is not null)
        {
            return _dynalite;
        }

        await _starting.WaitAsync(cancellation);
        try
        {
            return _dynalite ??= await Dynalite.StartAsync(folder, cancellation);
        }
        finally
        {
            _starting.Release();
        }
    }

    private static JsonObject Index(JsonNode? index) => new()
    {
        ["IndexName"] = index!["IndexName"]!.DeepClone(),
        ["KeySchema"] = index["KeySchema"]!.DeepClone(),
        ["Projection"] = index["Projection"]!.DeepClone(),
    };
}
