using System.Text.Json;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using KinesisPatterns.Local.Hosting;
using Microsoft.AspNetCore.Http;

namespace KinesisPatterns.Local.Messaging;

/// <summary>The two protocols of SQS: JSON 1.0, which SDKs use today, and query, which older ones do.</summary>
/// <remarks>https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-json-faqs.html</remarks>
internal static class SqsProtocol
{
    private static readonly XNamespace _names = "http://queue.amazonaws.com/doc/2012-11-05/";

    // What the query protocol calls errors whose names in JSON are the shapes' own.
    private static readonly Dictionary<string, string> _queryCodes = new(StringComparer.Ordinal)
    {
        ["QueueDoesNotExist"] = "AWS.SimpleQueueService.NonExistentQueue",
        ["QueueNameExists"] = "QueueAlreadyExists",
        ["EmptyBatchRequest"] = "AWS.SimpleQueueService.EmptyBatchRequest",
        ["TooManyEntriesInBatchRequest"] = "AWS.SimpleQueueService.TooManyEntriesInBatchRequest",
        ["BatchEntryIdsNotDistinct"] = "AWS.SimpleQueueService.BatchEntryIdsNotDistinct",
        ["MessageNotInflight"] = "AWS.SimpleQueueService.MessageNotInflight",
    };

    // The query protocol flattens lists and maps under these names.
    private static readonly (string Flat, string Member)[] _lists =
    [
        ("AttributeName", "AttributeNames"), ("MessageAttributeName", "MessageAttributeNames"),
        ("MessageSystemAttributeName", "MessageSystemAttributeNames"), ("TagKey", "TagKeys"),
        ("SendMessageBatchRequestEntry", "Entries"), ("DeleteMessageBatchRequestEntry", "Entries"),
        ("ChangeMessageVisibilityBatchRequestEntry", "Entries"),
    ];

    private static readonly Dictionary<string, string> _flatNames = new(StringComparer.Ordinal)
    {
        ["QueueUrls"] = "QueueUrl",
        ["Messages"] = "Message",
        ["Attributes"] = "Attribute",
        ["MessageAttributes"] = "MessageAttribute",
        ["Tags"] = "Tag",
        ["Failed"] = "BatchResultErrorEntry",
    };

    public static async Task HandleJsonAsync(SqsService service, HttpContext context)
    {
        try
        {
            var target = context.Request.Headers["X-Amz-Target"].ToString();
            var request = await JsonNode.ParseAsync(context.Request.Body, cancellationToken: context.RequestAborted) as JsonObject ?? [];
            var answer = await service.CallAsync(target[(target.LastIndexOf('.') + 1)..], request, context);
            context.Response.ContentType = "application/x-amz-json-1.0";
            context.Response.Headers["x-amzn-RequestId"] = Guid.NewGuid().ToString();
            await context.Response.WriteAsync(answer.ToJsonString(), context.RequestAborted);
        }
        catch (JsonException error)
        {
            await AwsJson.ErrorAsync(context, new("SerializationException", error.Message));
        }
        catch (AwsJsonError error)
        {
            context.Response.Headers["x-amzn-query-error"] = $"{_queryCodes.GetValueOrDefault(error.Code, error.Code)};Sender";
            await AwsJson.ErrorAsync(context, new($"com.amazonaws.sqs#{error.Code}", error.Message, error.Status));
        }
    }

    public static async Task HandleQueryAsync(SqsService service, HttpContext context, IFormCollection form)
    {
        var action = form["Action"].ToString();
        try
        {
            var answer = await service.CallAsync(action, Request(form, context.Request.Path), context);
            await QueryForm.AnswerAsync(context, _names, action, [.. answer.SelectMany(member => Elements(member.Key, member.Value, action))]);
        }
        catch (AwsJsonError error)
        {
            await QueryForm.ErrorAsync(context, _names, _queryCodes.GetValueOrDefault(error.Code, error.Code), error.Message, error.Status);
        }
    }

    private static JsonObject Request(IFormCollection form, string path)
    {
        var request = QueryForm.Read(form);
        request["QueueUrl"] ??= path;
        request["Attributes"] = QueryForm.Map(request["Attribute"]);
        request["Tags"] = QueryForm.Map(request["Tag"], "Key");
        request["MessageAttributes"] = QueryForm.Map(request["MessageAttribute"]);
        foreach (var (flat, member) in _lists.Where(list => request.ContainsKey(list.Flat)))
        {
            request[member] = new JsonArray([.. QueryForm.Items(request[flat])]);
        }

        foreach (var entry in request["Entries"] as JsonArray ?? [])
        {
            entry!["MessageAttributes"] = QueryForm.Map(entry["MessageAttribute"]);
        }

        return request;
    }

    private static IEnumerable<XElement> Elements(string name, JsonNode? value, string action)
    {
        var flat = name == "Successful" ? $"{action}ResultEntry" : _flatNames.GetValueOrDefault(name, name);
        return value switch
        {
            JsonArray list => list.Select(item => item is JsonObject structure
                ? new XElement(_names + flat, structure.SelectMany(member => Elements(member.Key, member.Value, action)))
                : new XElement(_names + flat, Json.Text(item))),
            JsonObject map => map.Select(entry => new XElement(
                _names + flat, new XElement(_names + (name == "Tags" ? "Key" : "Name"), entry.Key), Value(entry.Value, action))),
            _ => [new XElement(_names + flat, Json.Text(value))],
        };
    }

    private static XElement Value(JsonNode? value, string action) => value is JsonObject structure
        ? new(_names + "Value", structure.SelectMany(member => Elements(member.Key, member.Value, action)))
        : new(_names + "Value", Json.Text(value));
}
