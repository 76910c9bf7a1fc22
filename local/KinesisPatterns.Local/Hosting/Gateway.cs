using KinesisPatterns.Local.Assembly;
using KinesisPatterns.Local.Messaging;
using Microsoft.AspNetCore.Http;

namespace KinesisPatterns.Local.Hosting;

/// <summary>The one endpoint: finds out from a request which service it is for.</summary>
internal sealed class Gateway(HostServices services, AwsIdentity aws)
{
    public Task HandleAsync(HttpContext context)
    {
        var target = context.Request.Headers["X-Amz-Target"].ToString();
        if (services.Authorization is { } authorization)
        {
            var caller = authorization.CallerOf(context.Request);
            if (caller is null && target.Length > 0)
            {
                return AwsJson.ErrorAsync(context, Unsigned);
            }

            // Addresses that a browser opens are not signed: they are the developer's.
            context.Features.Set(caller ?? authorization.Developer);
        }

        return target.Length > 0 ? TargetAsync(context, target) : PathAsync(context, context.Request.Path.Value ?? "/");
    }

    // https://docs.aws.amazon.com/kinesis/latest/APIReference/CommonErrors.html
    private static AwsJsonError Unsigned => new("MissingAuthenticationTokenException", "Missing Authentication Token");

    private Task TargetAsync(HttpContext context, string target) => target[..Math.Max(0, target.IndexOf('.', StringComparison.Ordinal))] switch
    {
        "Kinesis_20131202" => services.Kinesis.HandleAsync(context),
        "DynamoDB_20120810" => services.DynamoDb.HandleAsync(context),
        "Firehose_20150804" => services.Firehose.HandleAsync(context),
        "AWSEvents" => services.Events.HandleAsync(context),
        "Timestream_20181101" => services.Timestream.HandleAsync(context),
        "secretsmanager" => services.Secrets.HandleAsync(context),
        MetricDataService.JsonTarget => MetricDataService.HandleJsonAsync(context, target),
        "AWSStepFunctions" => services.StateMachines.HandleAsync(context),
        "AmazonSQS" => services.Queues.HandleAsync(context),
        _ => AwsJson.ErrorAsync(context, AwsJson.Unknown(target)),
    };

    private Task PathAsync(HttpContext context, string path)
    {
        if (path.StartsWith("/_runtime/", StringComparison.Ordinal) || path.StartsWith("/2015-03-31/", StringComparison.Ordinal))
        {
            return services.Lambda.HandleAsync(context);
        }

        var parts = path.Split('/', 5);
        return parts switch
        {
            ["", "_api", var id, var stage, ..] => services.Api.HandleAsync(context, id, stage, parts.Length > 4 ? $"/{parts[4]}" : "/"),
            ["", "_influx", var id, ..] when services.Influx.TryGetValue(id, out var database) => database.HandleAsync(context, path[$"/_influx/{id}".Length..]),
            _ when path == MetricDataService.CborPath => MetricDataService.HandleCborAsync(context),
            _ when context.Request.Method == "POST" && IsForm(context.Request) => QueryProtocolAsync(context),
            _ => services.S3.HandleAsync(context),
        };
    }

    private static bool IsForm(HttpRequest request) =>
        request.ContentType?.StartsWith("application/x-www-form-urlencoded", StringComparison.OrdinalIgnoreCase) is true;

    private async Task QueryProtocolAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        var action = form["Action"].ToString();
        if (action == "GetCallerIdentity")
        {
            await StsService.GetCallerIdentityAsync(context, aws);
            return;
        }

        if (MetricDataService.Serves(form))
        {
            await MetricDataService.HandleFormAsync(context);
            return;
        }

        if (SnsService.Serves(form))
        {
            await services.Topics.HandleAsync(context, form);
            return;
        }

        if (SqsService.Serves(form))
        {
            await services.Queues.HandleAsync(context, form);
            return;
        }

        context.Response.StatusCode = 400;
        await context.Response.WriteAsync(
            $"<ErrorResponse><Error><Code>InvalidAction</Code><Message>The local host does not serve '{System.Net.WebUtility.HtmlEncode(action)}'.</Message></Error></ErrorResponse>",
            context.RequestAborted);
    }
}
