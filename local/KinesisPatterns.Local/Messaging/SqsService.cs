using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using KinesisPatterns.Local.Assembly;
using KinesisPatterns.Local.Hosting;
using Microsoft.AspNetCore.Http;

namespace KinesisPatterns.Local.Messaging;

/// <summary>Says whether a caller may do something to a resource: null when allowed, else the reason.</summary>
internal delegate string? MessagingAuthorizer(HttpContext context, string action, string resourceArn);

/// <summary>Amazon SQS in this process: standard queues over its JSON and its query protocol.</summary>
/// <remarks>https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/Welcome.html</remarks>
internal sealed partial class SqsService(AwsIdentity aws, TimeProvider clock)
{
    private const int LongestBatch = 10;

    private readonly ConcurrentDictionary<string, SqsQueue> _queues = new(StringComparer.Ordinal);

    /// <summary>Asked before each call; null allows everything.</summary>
    public MessagingAuthorizer? Authorize { get; set; }

    public IReadOnlyCollection<SqsQueue> Queues => [.. _queues.Values];

    public SqsQueue Create(string name, IReadOnlyDictionary<string, string> attributes)
    {
        if (!Names().IsMatch(name))
        {
            throw new AwsJsonError("InvalidParameterValue", name.EndsWith(".fifo", StringComparison.Ordinal)
                ? "FIFO queues are not served here."
                : "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length");
        }

        var created = new SqsQueue(name, aws.Arn("sqs", name), attributes, clock);
        var queue = _queues.GetOrAdd(name, created);
        return queue == created || attributes.All(attribute => queue.Settings.GetValueOrDefault(attribute.Key) == attribute.Value)
            ? queue
            : throw new AwsJsonError("QueueNameExists", "A queue already exists with the same name and a different value for attributes.");
    }

    /// <summary>The queue of an ARN; null when there is none here.</summary>
    public SqsQueue? TryGet(string arn) => _queues.GetValueOrDefault(arn[(arn.LastIndexOf(':') + 1)..]) is { } queue && queue.Arn == arn ? queue : null;

    public SqsQueue Get(string arn) => TryGet(arn) ?? throw new AwsJsonError("QueueDoesNotExist", $"The queue {arn} does not exist here.");

    /// <summary>Answers the JSON protocol: <c>X-Amz-Target: AmazonSQS.…</c>.</summary>
    public Task HandleAsync(HttpContext context) => SqsProtocol.HandleJsonAsync(this, context);

    /// <summary>Answers the query protocol.</summary>
    public Task HandleAsync(HttpContext context, IFormCollection form) => SqsProtocol.HandleQueryAsync(this, context, form);

    public static bool Serves(IFormCollection form) => form["Version"] == "2012-11-05" || form.ContainsKey("QueueUrl");

    internal async Task<JsonObject> CallAsync(string operation, JsonObject request, HttpContext context)
    {
        switch (operation)
        {
            case "CreateQueue":
                var name = Text(request, "QueueName");
                Check(context, operation, aws.Arn("sqs", name));
                var created = Create(name, Strings(request["Attributes"]));
                Tag(created, Strings(request["tags"] ?? request["Tags"]));
                return new() { ["QueueUrl"] = Url(context, created) };
            case "ListQueues":
                Check(context, operation, "*");
                return List(request, context);
            case "GetQueueUrl":
                Check(context, operation, aws.Arn("sqs", Text(request, "QueueName")));
                return new() { ["QueueUrl"] = Url(context, Named(Text(request, "QueueName"))) };
        }

        var queue = Named(Text(request, "QueueUrl").TrimEnd('/').Split('/')[^1]);
        Check(context, operation.Replace("Batch", "", StringComparison.Ordinal), queue.Arn);
        return await CallAsync(operation, request, queue, context.RequestAborted);
    }

    private async Task<JsonObject> CallAsync(string operation, JsonObject request, SqsQueue queue, CancellationToken cancellation)
    {
        switch (operation)
        {
            case "DeleteQueue":
                _queues.TryRemove(queue.Name, out _);
                return [];
            case "GetQueueAttributes":
                var attributes = queue.Attributes(Names(request["AttributeNames"]));
                return new() { ["Attributes"] = new JsonObject(attributes.Select(a => KeyValuePair.Create(a.Key, (JsonNode?)a.Value))) };
            case "SetQueueAttributes":
                queue.Set(Strings(request["Attributes"]));
                return [];
            case "SendMessage":
                return Send(queue, request);
            case "SendMessageBatch":
                return Batch(request, entry => Send(queue, entry));
            case "ReceiveMessage":
                return await ReceiveAsync(queue, request, cancellation);
            case "DeleteMessage":
                queue.Delete(Text(request, "ReceiptHandle"));
                return [];
            case "DeleteMessageBatch":
                return Batch(request, entry =>
                {
                    queue.Delete(Text(entry, "ReceiptHandle"));
                    return [];
                });
            case "ChangeMessageVisibility":
                Hide(queue, request);
                return [];
            case "ChangeMessageVisibilityBatch":
                return Batch(request, entry =>
                {
                    Hide(queue, entry);
                    return [];
                });
            case "PurgeQueue":
                queue.Purge();
                return [];
            case "TagQueue":
                Tag(queue, Strings(request["Tags"]));
                return [];
            case "UntagQueue":
                Names(request["TagKeys"]).ForEach(key => queue.Tags.Remove(key));
                return [];
            case "ListQueueTags":
                return new() { ["Tags"] = new JsonObject(queue.Tags.Select(tag => KeyValuePair.Create(tag.Key, (JsonNode?)tag.Value))) };
            default:
                throw AwsJson.Unknown($"sqs:{operation}");
        }
    }

    private void Check(HttpContext context, string operation, string arn)
    {
        if (Authorize?.Invoke(context, $"sqs:{operation}", arn) is { } reason)
        {
            throw new AwsJsonError("AccessDeniedException", reason, StatusCodes.Status403Forbidden);
        }
    }

    private SqsQueue Named(string name) => _queues.GetValueOrDefault(name)
        ?? throw new AwsJsonError("QueueDoesNotExist", "The specified queue does not exist.");

    private JsonObject List(JsonObject request, HttpContext context)
    {
        var prefix = (string?)request["QueueNamePrefix"] ?? "";
        var most = Json.Integer(request["MaxResults"]) ?? 1000;
        var after = (string?)request["NextToken"] ?? "";
        var queues = _queues.Values.Where(q => q.Name.StartsWith(prefix, StringComparison.Ordinal) && string.CompareOrdinal(q.Name, after) > 0)
            .OrderBy(q => q.Name, StringComparer.Ordinal).Take(most + 1).ToList();
        var answer = new JsonObject { ["QueueUrls"] = new JsonArray([.. queues.Take(most).Select(q => (JsonNode)Url(context, q))]) };
        if (queues.Count > most)
        {
            answer["NextToken"] = queues[most - 1].Name;
        }

        return answer;
    }

    private static JsonObject Send(SqsQueue queue, JsonObject request)
    {
        var attributes = request["MessageAttributes"]?.DeepClone() as JsonObject;
        var message = queue.Send((string?)request["MessageBody"] ?? "", attributes, Json.Integer(request["DelaySeconds"]));
        var answer = new JsonObject { ["MessageId"] = message.Id, ["MD5OfMessageBody"] = MessageAttributes.Md5Of(message.Body) };
        if (MessageAttributes.Md5Of(attributes) is { } digest)
        {
            answer["MD5OfMessageAttributes"] = digest;
        }

        return answer;
    }

    private async Task<JsonObject> ReceiveAsync(SqsQueue queue, JsonObject request, CancellationToken cancellation)
    {
        var most = Between(request, "MaxNumberOfMessages", 1, LongestBatch, 1);
        var visibility = Between(request, "VisibilityTimeout", 0, 43_200, queue.Number("VisibilityTimeout"));
        var wait = Between(request, "WaitTimeSeconds", 0, 20, queue.Number("ReceiveMessageWaitTimeSeconds"));
        var messages = await queue.ReceiveAsync(most, visibility, TimeSpan.FromSeconds(wait), DeadLetter, cancellation);
        var system = Names(request["MessageSystemAttributeNames"]).Concat(Names(request["AttributeNames"])).ToList();
        var named = Names(request["MessageAttributeNames"]);
        return messages.Count == 0 ? [] : new() { ["Messages"] = new JsonArray([.. messages.Select(m => (JsonNode)Received(m, system, named))]) };
    }

    private JsonObject Received(SqsMessage message, List<string> system, List<string> named)
    {
        var answer = new JsonObject
        {
            ["MessageId"] = message.Id,
            ["ReceiptHandle"] = message.Receipt,
            ["MD5OfBody"] = MessageAttributes.Md5Of(message.Body),
            ["Body"] = message.Body,
        };
        var facts = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["SenderId"] = aws.Account,
            ["SentTimestamp"] = Json.Text(message.Sent.ToUnixTimeMilliseconds()),
            ["ApproximateReceiveCount"] = Json.Text(message.Receives),
            ["ApproximateFirstReceiveTimestamp"] = Json.Text(message.FirstReceived!.Value.ToUnixTimeMilliseconds()),
        };
        var asked = facts.Where(fact => system.Contains("All") || system.Contains(fact.Key)).Select(fact => KeyValuePair.Create(fact.Key, (JsonNode?)fact.Value)).ToList();
        if (asked.Count > 0)
        {
            answer["Attributes"] = new JsonObject(asked);
        }

        var attributes = new JsonObject((message.Attributes ?? []).Where(a => IsAsked(a.Key, named)).Select(a => KeyValuePair.Create(a.Key, a.Value?.DeepClone())));
        if (attributes.Count > 0)
        {
            answer["MessageAttributes"] = attributes;
            answer["MD5OfMessageAttributes"] = MessageAttributes.Md5Of(attributes);
        }

        return answer;
    }

    private void DeadLetter(string arn, SqsMessage message) => Get(arn).Send(message.Body, message.Attributes?.DeepClone() as JsonObject, delay: 0);

    private static bool IsAsked(string name, List<string> asked) => asked.Exists(pattern => pattern == "All" || pattern == name
        || (pattern.EndsWith(".*", StringComparison.Ordinal) && name.StartsWith(pattern[..^2], StringComparison.Ordinal)));

    private static void Hide(SqsQueue queue, JsonObject request) =>
        queue.Hide(Text(request, "ReceiptHandle"), Between(request, "VisibilityTimeout", 0, 43_200, null));

    private static JsonObject Batch(JsonObject request, Func<JsonObject, JsonObject> each)
    {
        var entries = (request["Entries"] as JsonArray ?? []).Select(entry => entry!.AsObject()).ToList();
        if (entries.Count is 0 or > LongestBatch)
        {
            throw entries.Count == 0
                ? new AwsJsonError("EmptyBatchRequest", "There should be at least one entry in the request.")
                : new AwsJsonError("TooManyEntriesInBatchRequest", $"Maximum number of entries per request are {LongestBatch}. You have sent {entries.Count}.");
        }

        if (entries.Select(entry => (string?)entry["Id"]).Distinct().Count() < entries.Count)
        {
            throw new AwsJsonError("BatchEntryIdsNotDistinct", "Two or more batch entries in the request have the same Id.");
        }

        var (successful, failed) = (new JsonArray(), new JsonArray());
        foreach (var entry in entries)
        {
            try
            {
                var done = each(entry);
                done["Id"] = (string?)entry["Id"];
                successful.Add((JsonNode)done);
            }
            catch (AwsJsonError error)
            {
                failed.Add((JsonNode)new JsonObject { ["Id"] = (string?)entry["Id"], ["SenderFault"] = true, ["Code"] = error.Code, ["Message"] = error.Message });
            }
        }

        return new() { ["Successful"] = successful, ["Failed"] = failed };
    }

    private static void Tag(SqsQueue queue, IReadOnlyDictionary<string, string> tags)
    {
        foreach (var (key, value) in tags)
        {
            queue.Tags[key] = value;
        }
    }

    private string Url(HttpContext context, SqsQueue queue) => $"{context.Request.Scheme}://{context.Request.Host}/{aws.Account}/{queue.Name}";

    private static string Text(JsonObject request, string name) => (string?)request[name] is { Length: > 0 } text
        ? text
        : throw new AwsJsonError("MissingParameter", $"The request must contain the parameter {name}.");

    private static int Between(JsonObject request, string name, int least, int most, int? fallback)
    {
        var value = Json.Integer(request[name]) ?? fallback ?? throw new AwsJsonError("MissingParameter", $"The request must contain the parameter {name}.");
        return value >= least && value <= most
            ? value
            : throw new AwsJsonError("InvalidParameterValue", $"Value {value} for parameter {name} is invalid. Reason: Must be >= {least} and <= {most}, if provided.");
    }

    private static Dictionary<string, string> Strings(JsonNode? map) =>
        (map as JsonObject ?? []).ToDictionary(entry => entry.Key, entry => Json.Text(entry.Value), StringComparer.Ordinal);

    private static List<string> Names(JsonNode? list) => [.. (list as JsonArray ?? []).Select(item => (string)item!)];

    [GeneratedRegex(@"^[A-Za-z0-9_-]{1,80}\z")]
    private static partial Regex Names();
}
