using KinesisPatterns.Local.Assembly;

namespace KinesisPatterns.Local.ApiGateway;

/// <summary>A method of a REST API: what it takes and the function that answers it.</summary>
internal sealed record ApiMethod(
    string HttpMethod, string[] Template, string Resource, string FunctionArn, string AuthorizationType, IReadOnlyList<string> RequiredQuery, string? Credentials);

/// <summary>The routes of one REST API, as its resources and methods spell them.</summary>
internal sealed class RestApi
{
    private readonly IReadOnlyList<string> _binary;

    private RestApi(string id, string name, string stage, IReadOnlyList<ApiMethod> methods, IReadOnlyList<string> binary, string? vpcEndpoint)
    {
        _binary = binary;
        VpcEndpoint = vpcEndpoint;
        Id = id;
        Name = name;
        Stage = stage;
        Methods = methods;
    }

    public string Id { get; }

    public string Name { get; }

    public string Stage { get; }

    public IReadOnlyList<ApiMethod> Methods { get; }

    /// <summary>The interface endpoint through which a private API is called; null for one that is not private.</summary>
    public string? VpcEndpoint { get; }

    /// <summary>Whether a body of this media type is binary: it goes to the function in base64.</summary>
    /// <param name="mediaTypes">A <c>Content-Type</c> or an <c>Accept</c> header, of which the first type counts.</param>
    /// <remarks>https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings-workflow.html</remarks>
    public bool IsBinary(string? mediaTypes)
    {
        var first = (mediaTypes ?? "").Split(',', ';')[0].Trim();
        return _binary.Any(b => b == "*/*" || b.Equals(first, StringComparison.OrdinalIgnoreCase)
            || (b.EndsWith("/*", StringComparison.Ordinal) && first.StartsWith(b[..^1], StringComparison.OrdinalIgnoreCase)));
    }

    public static RestApi Of(Resource api, Deployment deployment)
    {
        var stage = deployment.OfType("AWS::ApiGateway::Stage").FirstOrDefault(s => (string?)s.Properties["RestApiId"] == api.Ref);
        var methods =
            from method in deployment.OfType("AWS::ApiGateway::Method")
            where (string?)method.Properties["RestApiId"] == api.Ref && FunctionOf(method) is not null
            let path = PathOf((string)method.Properties["ResourceId"]!, deployment)
            select new ApiMethod(
                (string)method.Properties["HttpMethod"]!,
                path.Split('/', StringSplitOptions.RemoveEmptyEntries),
                path,
                FunctionOf(method)!,
                (string?)method.Properties["AuthorizationType"] ?? "NONE",
                RequiredQuery(method, deployment),
                (string?)method.Properties["Integration"]?["Credentials"]);
        return new(api.Ref, (string?)api.Properties["Name"] ?? api.LogicalId, (string?)stage?.Properties["StageName"] ?? "prod", [.. methods], Texts(api.Properties["BinaryMediaTypes"]), VpcEndpointOf(api));
    }

    /// <summary>The method for a path, its path parameters, and whether the path exists at all.</summary>
    public (ApiMethod? Method, Dictionary<string, string> Parameters, bool PathExists) Match(string httpMethod, string path)
    {
        var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries).Select(Uri.UnescapeDataString).ToArray();
        var onPath = Methods.Where(m => Fits(m.Template, parts)).ToList();
        var method = onPath.FirstOrDefault(m => m.HttpMethod == httpMethod) ?? onPath.FirstOrDefault(m => m.HttpMethod == "ANY");
        var parameters = (method?.Template ?? []).Index()
            .Where(p => p.Item.StartsWith('{'))
            .ToDictionary(p => p.Item.Trim('{', '}', '+'), p => p.Item.EndsWith("+}", StringComparison.Ordinal) ? string.Join('/', parts[p.Index..]) : parts[p.Index]);
        return (method, parameters, onPath.Count > 0);
    }

    private static bool Fits(string[] template, string[] parts) =>
        template is [.., var last] && last.EndsWith("+}", StringComparison.Ordinal)
            ? parts.Length >= template.Length && template.SkipLast(1).Index().All(t => Same(t.Item, parts[t.Index]))
            : template.Length == parts.Length && template.Index().All(t => Same(t.Item, parts[t.Index]));

    private static bool Same(string template, string part) => template.StartsWith('{') || template == part;

    private static string PathOf(string resourceId, Deployment deployment)
    {
        var resource = deployment.OfType("AWS::ApiGateway::Resource").FirstOrDefault(r => r.Ref == resourceId);
        return resource is null ? "" : $"{PathOf((string)resource.Properties["ParentId"]!, deployment)}/{resource.Properties["PathPart"]}";
    }

    // arn:aws:apigateway:REGION:lambda:path/2015-03-31/functions/FUNCTION-ARN/invocations
    private static string? FunctionOf(Resource method)
    {
        var uri = (string?)method.Properties["Integration"]?["Uri"];
        const string Start = "/functions/", End = "/invocations";
        var from = uri?.IndexOf(Start, StringComparison.Ordinal) ?? -1;
        return uri is null || from < 0 ? null : uri[(from + Start.Length)..uri.LastIndexOf(End, StringComparison.Ordinal)];
    }

    private static string[] Texts(System.Text.Json.Nodes.JsonNode? list) => [.. (list?.AsArray() ?? []).Select(Json.Text)];

    private static string? VpcEndpointOf(Resource api)
    {
        var endpoints = api.Properties["EndpointConfiguration"];
        return Texts(endpoints?["Types"]).Contains("PRIVATE") ? Texts(endpoints?["VpcEndpointIds"]).FirstOrDefault() : null;
    }

    private static string[] RequiredQuery(Resource method, Deployment deployment)
    {
        var validator = deployment.OfType("AWS::ApiGateway::RequestValidator").FirstOrDefault(v => v.Ref == (string?)method.Properties["RequestValidatorId"]);
        const string Query = "method.request.querystring.";
        return Json.Boolean(validator?.Properties["ValidateRequestParameters"]) != true
            ? []
            : [.. from parameter in method.Properties["RequestParameters"]?.AsObject() ?? []
                  where parameter.Key.StartsWith(Query, StringComparison.Ordinal) && Json.Boolean(parameter.Value) == true
                  select parameter.Key[Query.Length..]];
    }
}
