using KinesisPatterns.Local.ApiGateway;
using KinesisPatterns.Local.DynamoDb;
using KinesisPatterns.Local.Firehose;
using KinesisPatterns.Local.Kinesis;
using KinesisPatterns.Local.Lambda;
using KinesisPatterns.Local.S3;
using KinesisPatterns.Local.SecretsManager;
using KinesisPatterns.Local.Timestream;
using Microsoft.AspNetCore.Http;

namespace KinesisPatterns.Local.Hosting;

/// <summary>The one endpoint: finds out from a request which service it is for.</summary>
internal sealed class Gateway(
    KinesisService kinesis,
    LambdaService lambda,
    DynamoDbService dynamoDb,
    S3Service s3,
    SecretsManagerService secrets,
    FirehoseService firehose,
    ApiGatewayService api,
    IReadOnlyDictionary<string, InfluxService> influx,
    Assembly.AwsIdentity aws)
{
    public Task HandleAsync(HttpContext context)
    {
        var target = context.Request.Headers["X-Amz-Target"].ToString();
        return target.Length > 0 ? TargetAsync(context, target) : PathAsync(context, context.Request.Path.Value ?? "/");
    }

    private Task TargetAsync(HttpContext context, string target) => target[..Math.Max(0, target.IndexOf('.', StringComparison.Ordinal))] switch
    {
        "Kinesis_20131202" => kinesis.HandleAsync(context),
        "DynamoDB_20120810" => dynamoDb.HandleAsync(context),
        "Firehose_20150804" => firehose.HandleAsync(context),
        "secretsmanager" => secrets.HandleAsync(context),
        _ => AwsJson.ErrorAsync(context, AwsJson.Unknown(target)),
    };

    private Task PathAsync(HttpContext context, string path)
    {
        if (path.StartsWith("/_runtime/", StringComparison.Ordinal) || path.StartsWith("/2015-03-31/", StringComparison.Ordinal))
        {
            return lambda.HandleAsync(context);
        }

        var parts = path.Split('/', 5);
        return parts switch
        {
            ["", "_api", var id, var stage, ..] => api.HandleAsync(context, id, stage, parts.Length > 4 ? $"/{parts[4]}" : "/"),
            ["", "_influx", var id, ..] when influx.TryGetValue(id, out var database) => database.HandleAsync(context, path[$"/_influx/{id}".Length..]),
            ["", ""] when context.Request.Method == "POST" => QueryProtocolAsync(context),
            _ => s3.HandleAsync(context),
        };
    }

    private async Task QueryProtocolAsync(HttpContext context)
    {
        var action = context.Request.HasFormContentType ? (await context.Request.ReadFormAsync(context.RequestAborted))["Action"].ToString() : "";
        if (action == "GetCallerIdentity")
        {
            await StsService.GetCallerIdentityAsync(context, aws);
            return;
        }

        context.Response.StatusCode = 400;
        await context.Response.WriteAsync(
            $"<ErrorResponse><Error><Code>InvalidAction</Code><Message>The local host does not serve '{System.Net.WebUtility.HtmlEncode(action)}'.</Message></Error></ErrorResponse>",
            context.RequestAborted);
    }
}
