using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Amazon.Lambda.Core;

namespace Amazon.Lambda.RuntimeSupport;

internal sealed class LambdaContext(HttpResponseHeaders headers) : ILambdaContext
{
    private readonly long deadline = long.TryParse(
        Value(headers, "Lambda-Runtime-Deadline-Ms"), CultureInfo.InvariantCulture, out var milliseconds) ? milliseconds : 0;

    public string AwsRequestId { get; } = Value(headers, "Lambda-Runtime-Aws-Request-Id");
    public string InvokedFunctionArn { get; } = Value(headers, "Lambda-Runtime-Invoked-Function-Arn");
    public string TraceId { get; } = Value(headers, "Lambda-Runtime-Trace-Id");
    public string TenantId { get; } = Value(headers, "Lambda-Runtime-Aws-Tenant-Id");
    public IClientContext ClientContext { get; } = Cognito.ClientContext(Value(headers, "Lambda-Runtime-Client-Context"));
    public ICognitoIdentity Identity { get; } = Cognito.Identity(Value(headers, "Lambda-Runtime-Cognito-Identity"));
    public string FunctionName { get; } = Environment.GetEnvironmentVariable("AWS_LAMBDA_FUNCTION_NAME");
    public string FunctionVersion { get; } = Environment.GetEnvironmentVariable("AWS_LAMBDA_FUNCTION_VERSION");
    public string LogGroupName { get; } = Environment.GetEnvironmentVariable("AWS_LAMBDA_LOG_GROUP_NAME");
    public string LogStreamName { get; } = Environment.GetEnvironmentVariable("AWS_LAMBDA_LOG_STREAM_NAME");
    public int MemoryLimitInMB { get; } = int.TryParse(
        Environment.GetEnvironmentVariable("AWS_LAMBDA_FUNCTION_MEMORY_SIZE"), CultureInfo.InvariantCulture, out var size) ? size : 0;
    public ILambdaLogger Logger { get; } = new ConsoleLogger();
    public ILambdaSerializer Serializer { get; internal set; }
    public TimeSpan RemainingTime => DateTimeOffset.FromUnixTimeMilliseconds(deadline) - DateTimeOffset.UtcNow;

    // Echoed with the response, so that the Runtime API can refuse the one of an invocation that has timed out.
    internal string InvocationId { get; } = Value(headers, "Lambda-Runtime-Invocation-Id");

    private static string Value(HttpResponseHeaders headers, string name) =>
        headers.TryGetValues(name, out var values) ? values.FirstOrDefault() : null;
}

internal sealed class Cognito : IClientContext, IClientApplication, ICognitoIdentity
{
    public IDictionary<string, string> Environment { get; private init; }
    public IDictionary<string, string> Custom { get; private init; }
    public IClientApplication Client => this;
    public string AppPackageName { get; private init; }
    public string AppTitle { get; private init; }
    public string AppVersionCode { get; private init; }
    public string AppVersionName { get; private init; }
    public string InstallationId { get; private init; }
    public string IdentityId { get; private init; }
    public string IdentityPoolId { get; private init; }

    public static IClientContext ClientContext(string json)
    {
        if (string.IsNullOrEmpty(json))
        {
            return null;
        }

        using var document = JsonDocument.Parse(json);
        var root = document.RootElement;
        var client = root.TryGetProperty("client", out var element) ? element : default;
        return new Cognito
        {
            Environment = Map(root, "env"),
            Custom = Map(root, "custom"),
            AppPackageName = Text(client, "app_package_name"),
            AppTitle = Text(client, "app_title"),
            AppVersionCode = Text(client, "app_version_code"),
            AppVersionName = Text(client, "app_version_name"),
            InstallationId = Text(client, "installation_id"),
        };
    }

    public static ICognitoIdentity Identity(string json)
    {
        if (string.IsNullOrEmpty(json))
        {
            return new Cognito();
        }

        using var document = JsonDocument.Parse(json);
        return new Cognito
        {
            IdentityId = Text(document.RootElement, "cognitoIdentityId"),
            IdentityPoolId = Text(document.RootElement, "cognitoIdentityPoolId"),
        };
    }

    private static string Text(JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value.ToString() : null;

    private static Dictionary<string, string> Map(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Object
            ? value.EnumerateObject().ToDictionary(item => item.Name, item => item.Value.ToString())
            : [];
}
