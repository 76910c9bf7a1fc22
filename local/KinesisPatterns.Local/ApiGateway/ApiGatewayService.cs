using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using KinesisPatterns.Local.Assembly;
using KinesisPatterns.Local.Iam;
using Microsoft.AspNetCore.Http;

namespace KinesisPatterns.Local.ApiGateway;

/// <summary>Calls a function and gives its answer, or null when the function failed.</summary>
internal delegate Task<ReadOnlyMemory<byte>?> InvokeFunction(string functionArn, ReadOnlyMemory<byte> payload, CancellationToken cancellation);

/// <summary>REST APIs with Lambda proxy integration.</summary>
/// <remarks>https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html</remarks>
internal sealed class ApiGatewayService(InvokeFunction invoke, AwsIdentity aws, TimeProvider clock)
{
    private readonly Dictionary<string, RestApi> _apis = new(StringComparer.Ordinal);

    /// <summary>Who may do what; null when permissions are not enforced.</summary>
    public Authorization? Authorization { get; init; }

    /// <summary>The ids of the APIs through which stateful functions are called.</summary>
    public HashSet<string> Remote { get; } = new(StringComparer.Ordinal);

    /// <summary>Calls the functions behind those; null where they are called as all others.</summary>
    public InvokeFunction? InvokeRemote { get; init; }

    public void Add(RestApi api) => _apis[api.Id] = api;

    public async Task HandleAsync(HttpContext context, string apiId, string stage, string path)
    {
        if (!_apis.TryGetValue(apiId, out var api) || api.Stage != stage)
        {
            await SayAsync(context, 403, "Forbidden");
            return;
        }

        var (method, parameters, _) = api.Match(context.Request.Method, path);
        if (method is null)
        {
            // API Gateway's answer for a path or method that is not there.
            await SayAsync(context, 403, "Missing Authentication Token");
            return;
        }

        var resourceArn = aws.Arn("execute-api", $"{api.Id}/{stage}/{context.Request.Method}{path}");
        if (CallRefusal(context, api, method, resourceArn) is { } refusal)
        {
            await SayAsync(context, 403, refusal, "Message");
            return;
        }

        var missing = method.RequiredQuery.Where(q => !context.Request.Query.ContainsKey(q)).ToList();
        if (missing.Count > 0)
        {
            await SayAsync(context, 400, $"Missing required request parameters: [{string.Join(", ", missing)}]");
            return;
        }

        if (InvokeRefusal(method, aws.Arn("execute-api", $"{api.Id}/{stage}/{method.HttpMethod}{method.Resource}")) is { } invokeRefusal)
        {
            Authorization!.Remark($"{api.Name}: Execution failed due to configuration error: Invalid permissions on Lambda function: {invokeRefusal}");
            await SayAsync(context, 500, "Internal server error");
            return;
        }

        var answer = await ((Remote.Contains(apiId) ? InvokeRemote : null) ?? invoke)(method.FunctionArn, await EventAsync(context, api, method, path, parameters), context.RequestAborted);
        await AnswerAsync(context, api, answer);
    }

    // An open method has no caller. The policy of a regional API may still deny; that of a private one has to allow, and who reaches it came through
    // its interface endpoint.
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html and
    // https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-private-apis.html
    private string? CallRefusal(HttpContext context, RestApi api, ApiMethod method, string resourceArn)
    {
        var caller = method.AuthorizationType == "AWS_IAM" ? context.Caller() : api.VpcEndpoint is null ? Authorization?.Developer : Authorization?.Anonymous;
        return caller?.Refusal("execute-api:Invoke", resourceArn, api.VpcEndpoint is { } endpoint ? new(ConditionKeys.SourceVpcEndpoint, endpoint) : null);
    }

    // https://docs.aws.amazon.com/apigateway/latest/developerguide/permissions.html
    private string? InvokeRefusal(ApiMethod method, string sourceArn) =>
        (method.Credentials is { } role ? Authorization?.As(role, "BackplaneAssumeRoleSession") : Authorization?.Service("apigateway.amazonaws.com", sourceArn))
            ?.Refusal("lambda:InvokeFunction", method.FunctionArn);

    private async Task<byte[]> EventAsync(HttpContext context, RestApi api, ApiMethod method, string path, Dictionary<string, string> parameters)
    {
        var request = context.Request;
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body, context.RequestAborted);
        var bytes = body.GetBuffer().AsSpan(0, (int)body.Length);
        var isBinary = body.Length > 0 && api.IsBinary(request.ContentType);
        var now = clock.GetUtcNow();
        var proxy = new JsonObject
        {
            ["resource"] = method.Resource,
            ["path"] = path,
            ["httpMethod"] = request.Method,
            ["headers"] = Single(request.Headers.Select(h => KeyValuePair.Create(h.Key, h.Value.LastOrDefault()))),
            ["multiValueHeaders"] = Many(request.Headers.Select(h => KeyValuePair.Create(h.Key, h.Value.ToArray()))),
            ["queryStringParameters"] = Single(request.Query.Select(q => KeyValuePair.Create(q.Key, q.Value.LastOrDefault()))),
            ["multiValueQueryStringParameters"] = Many(request.Query.Select(q => KeyValuePair.Create(q.Key, q.Value.ToArray()))),
            ["pathParameters"] = Single(parameters.Select(p => KeyValuePair.Create(p.Key, (string?)p.Value))),
            ["stageVariables"] = null,
            ["requestContext"] = new JsonObject
            {
                ["accountId"] = aws.Account,
                ["apiId"] = api.Id,
                ["httpMethod"] = request.Method,
                ["identity"] = new JsonObject { ["sourceIp"] = context.Connection.RemoteIpAddress?.ToString(), ["userAgent"] = request.Headers.UserAgent.ToString() },
                ["path"] = $"/{api.Stage}{path}",
                ["protocol"] = request.Protocol,
                ["requestId"] = Guid.NewGuid().ToString(),
                ["requestTimeEpoch"] = now.ToUnixTimeMilliseconds(),
                ["resourcePath"] = method.Resource,
                ["stage"] = api.Stage,
            },
            ["body"] = bytes.IsEmpty ? null : isBinary ? Convert.ToBase64String(bytes) : Encoding.UTF8.GetString(bytes),
            ["isBase64Encoded"] = isBinary,
        };
        return Encoding.UTF8.GetBytes(proxy.ToJsonString());
    }

    private static async Task AnswerAsync(HttpContext context, RestApi api, ReadOnlyMemory<byte>? answer)
    {
        if (answer is null || Proxied(answer.Value) is not { } proxied || Json.Integer(proxied["statusCode"]) is not { } status)
        {
            await SayAsync(context, 502, "Internal server error");
            return;
        }

        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        foreach (var (name, value) in proxied["headers"] as JsonObject ?? [])
        {
            context.Response.Headers[name] = Json.Text(value);
        }

        foreach (var (name, values) in proxied["multiValueHeaders"] as JsonObject ?? [])
        {
            context.Response.Headers[name] = values!.AsArray().Select(v => (string?)v).ToArray();
        }

        // What a client does not accept as binary reaches it in base64.
        var text = (string?)proxied["body"] ?? "";
        var isDecoded = Json.Boolean(proxied["isBase64Encoded"]) == true && api.IsBinary(context.Request.Headers.Accept);
        var bytes = isDecoded ? Convert.FromBase64String(text) : Encoding.UTF8.GetBytes(text);
        context.Response.ContentLength = bytes.Length;
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
    }

    private static JsonObject? Proxied(ReadOnlyMemory<byte> answer)
    {
        try
        {
            return JsonNode.Parse(answer.Span) as JsonObject;
        }
        catch (JsonException)
        {
            // A body that is no JSON is a malformed proxy response: 502, as API Gateway answers it.
            return null;
        }
    }

    private static Task SayAsync(HttpContext context, int status, string message, string member = "message")
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(new JsonObject { [member] = message }.ToJsonString(), context.RequestAborted);
    }

    private static JsonObject? Single(IEnumerable<KeyValuePair<string, string?>> pairs) =>
        pairs.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value)).ToList() is { Count: > 0 } some ? new(some) : null;

    private static JsonObject? Many(IEnumerable<KeyValuePair<string, string?[]>> pairs) =>
        pairs.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)new JsonArray([.. p.Value.Select(v => (JsonNode?)v)]))).ToList() is { Count: > 0 } some ? new(some) : null;
}
