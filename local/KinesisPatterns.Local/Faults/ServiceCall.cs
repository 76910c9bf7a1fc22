using System.Text;
using Microsoft.AspNetCore.Http;

namespace KinesisPatterns.Local.Faults;

/// <summary>A call of a function to a service.</summary>
/// <param name="Service">The service.</param>
/// <param name="Operation">The operation.</param>
internal sealed record ServiceCall(string Service, string Operation)
{
    public const string Store = "series store";

    /// <summary>A stateful function that is called through its API.</summary>
    public const string Remote = "remote function";

    // What the host gives to functions, and to nobody else.
    private const string FunctionsKey = "Credential=LOCAL";

    /// <summary>What faults are counted by.</summary>
    public string Site => $"{Service} {Operation}";

    /// <summary>Whether it may be done in part.</summary>
    public bool TakesBatches => (Service, Operation) is ("Kinesis", "PutRecords") or ("DynamoDB", "BatchWriteItem") or ("AWSEvents", "PutEvents") or (Store, _);

    /// <summary>The call of a request; null when it is none of a function or of a job, or one that nothing goes wrong with.</summary>
    public static ServiceCall? Of(HttpContext context, ISet<string> remoteApis)
    {
        var path = context.Request.Path.Value ?? "/";
        if (path.StartsWith("/_influx/", StringComparison.Ordinal))
        {
            return path.Contains("/write", StringComparison.Ordinal) ? new(Store, "write") : null;
        }

        if (path.Split('/', 5) is ["", "_api", var id, _, var function] && remoteApis.Contains(id))
        {
            return new(Remote, function);
        }

        var authorization = context.Request.Headers.Authorization.ToString();
        if (!authorization.Contains(FunctionsKey, StringComparison.Ordinal)
            || path.StartsWith("/_", StringComparison.Ordinal) || path.StartsWith("/2015-03-31/", StringComparison.Ordinal))
        {
            return null;
        }

        var target = context.Request.Headers["X-Amz-Target"].ToString().Split('.');
        return target.Length == 2 ? new(target[0].Split('_')[0], target[1])
            : context.Request.Method is "PUT" or "GET" && path.Length > 1 ? new("S3", context.Request.Method)
            : null;
    }

    /// <summary>Refuses the call as its service would.</summary>
    public async Task RefuseAsync(HttpContext context, bool isThrottled)
    {
        var (status, type, body) = (Service, isThrottled) switch
        {
            ("S3", true) => (503, "application/xml", Xml("SlowDown")),
            ("S3", false) => (500, "application/xml", Xml("InternalError")),
            (Store, true) => (429, "application/json", """{"code":"too many requests","message":"injected fault"}"""),
            (Remote, true) => (429, "application/json", """{"message":"Too Many Requests"}"""),
            (Remote, false) => (500, "application/json", """{"message":"Internal server error"}"""),
            (Store, false) => (503, "application/json", """{"code":"unavailable","message":"injected fault"}"""),
            ("Kinesis" or "DynamoDB", true) => (400, "application/x-amz-json-1.1", Json("ProvisionedThroughputExceededException")),
            ("DynamoDB", false) => (500, "application/x-amz-json-1.0", Json("InternalServerError")),
            (_, true) => (400, "application/x-amz-json-1.1", Json("ThrottlingException")),
            (_, false) => (500, "application/x-amz-json-1.1", Json("InternalFailure")),
        };
        await Exchange.AnswerAsync(context, status, type, Encoding.UTF8.GetBytes(body));
    }

    private static string Json(string code) => $$"""{"__type":"{{code}}","message":"injected fault"}""";

    private static string Xml(string code) => $"<Error><Code>{code}</Code><Message>injected fault</Message></Error>";
}
