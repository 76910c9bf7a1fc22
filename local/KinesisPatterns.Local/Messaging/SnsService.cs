using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using KinesisPatterns.Local.Assembly;
using KinesisPatterns.Local.Hosting;
using Microsoft.AspNetCore.Http;

namespace KinesisPatterns.Local.Messaging;

/// <summary>Amazon SNS in this process: standard topics that fan out to queues.</summary>
/// <remarks>
/// https://docs.aws.amazon.com/sns/latest/api/welcome.html . Subscriptions of other protocols are kept and nobody is told.
/// </remarks>
internal sealed partial class SnsService(AwsIdentity aws, SqsService queues, TimeProvider clock)
{
    // https://docs.aws.amazon.com/general/latest/gr/sns.html
    private const int LargestMessage = 256 << 10;
    private const int LongestBatch = 10;

    private static readonly XNamespace _names = "http://sns.amazonaws.com/doc/2010-03-31/";

    private readonly ConcurrentDictionary<string, SnsTopic> _topics = new(StringComparer.Ordinal);

    /// <summary>Asked before each call; null allows everything.</summary>
    public MessagingAuthorizer? Authorize { get; set; }

    /// <summary>Asked before a subscription's queue is told; a text is why it may not be.</summary>
    public Func<SnsSubscription, string?>? DeliveryRefusal { get; set; }

    public SnsTopic Create(string name)
    {
        if (!Names().IsMatch(name))
        {
            throw new AwsJsonError("InvalidParameter", name.EndsWith(".fifo", StringComparison.Ordinal)
                ? "Invalid parameter: FIFO topics are not served here."
                : "Invalid parameter: Topic Name");
        }

        var arn = aws.Arn("sns", name);
        return _topics.GetOrAdd(arn, new SnsTopic(arn));
    }

    public SnsTopic? TryGet(string arn) => _topics.GetValueOrDefault(arn);

    public SnsTopic Get(string arn) => TryGet(arn) ?? throw new AwsJsonError("NotFound", "Topic does not exist", StatusCodes.Status404NotFound);

    public SnsSubscription Subscribe(string topicArn, string protocol, string endpoint, IReadOnlyDictionary<string, string> attributes)
    {
        if (protocol is not ("sqs" or "lambda" or "http" or "https" or "email" or "email-json" or "sms" or "firehose" or "application"))
        {
            throw new AwsJsonError("InvalidParameter", $"Invalid parameter: Does not support this protocol string: {protocol}");
        }

        if (protocol == "sqs" && !endpoint.StartsWith("arn:", StringComparison.Ordinal))
        {
            throw new AwsJsonError("InvalidParameter", "Invalid parameter: SQS endpoint ARN");
        }

        var topic = Get(topicArn);
        lock (topic.Subscriptions)
        {
            var subscription = topic.Subscriptions.Find(s => s.Protocol == protocol && s.Endpoint == endpoint);
            if (subscription is null)
            {
                subscription = new() { Arn = $"{topic.Arn}:{Guid.NewGuid()}", TopicArn = topic.Arn, Protocol = protocol, Endpoint = endpoint };
                topic.Subscriptions.Add(subscription);
            }

            foreach (var (name, value) in attributes)
            {
                subscription.Set(name, value);
            }

            return subscription;
        }
    }

    /// <summary>Sends a message to everyone who takes it; returns its id.</summary>
    public string Publish(string topicArn, string message, string? subject = null, JsonObject? attributes = null)
    {
        var topic = Get(topicArn);
        if (message.Length == 0)
        {
            throw new AwsJsonError("InvalidParameter", "Invalid parameter: Empty message");
        }

        MessageAttributes.Check(attributes);
        if (Encoding.UTF8.GetByteCount(message) + MessageAttributes.SizeOf(attributes) > LargestMessage)
        {
            throw new AwsJsonError("InvalidParameter", "Invalid parameter: Message too long");
        }

        var id = Guid.NewGuid().ToString();
        List<SnsSubscription> subscriptions;
        lock (topic.Subscriptions)
        {
            subscriptions = [.. topic.Subscriptions.Where(s => s.Protocol == "sqs" && s.Takes(message, attributes) && DeliveryRefusal?.Invoke(s) is null)];
        }

        foreach (var subscription in subscriptions)
        {
            // Of a queue that was deleted nobody is told, as on AWS.
            queues.TryGet(subscription.Endpoint)?.Send(
                subscription.IsRaw ? message : Envelope(subscription, id, message, subject, attributes),
                subscription.IsRaw ? attributes?.DeepClone() as JsonObject : null);
        }

        return id;
    }

    public static bool Serves(IFormCollection form) => form["Version"] == "2010-03-31";

    /// <summary>Answers the query protocol.</summary>
    public async Task HandleAsync(HttpContext context, IFormCollection form)
    {
        var action = form["Action"].ToString();
        try
        {
            await QueryForm.AnswerAsync(context, _names, action, Call(context, action, QueryForm.Read(form)));
        }
        catch (AwsJsonError error)
        {
            await QueryForm.ErrorAsync(context, _names, error.Code, error.Message, error.Status);
        }
    }

    private XElement[] Call(HttpContext context, string action, JsonObject request)
    {
        switch (action)
        {
            case "CreateTopic":
                Check(context, action, aws.Arn("sns", Text(request, "Name")));
                var created = Create(Text(request, "Name"));
                foreach (var (name, value) in Entries(request["Attributes"]))
                {
                    created.Attributes[name] = value;
                }

                return [Element("TopicArn", created.Arn)];
            case "ListTopics":
                Check(context, action, "*");
                return [Members("Topics", _topics.Keys.Order(StringComparer.Ordinal).Select(arn => Member(Element("TopicArn", arn))))];
            case "ListSubscriptions":
                Check(context, action, "*");
                return [Listed(_topics.Values.SelectMany(topic => topic.Subscriptions))];
            case "Unsubscribe" or "GetSubscriptionAttributes" or "SetSubscriptionAttributes":
                return Call(context, action, request, Find(Text(request, "SubscriptionArn")));
        }

        var arn = (string?)request["TopicArn"] ?? Text(request, "TargetArn");
        Check(context, action == "PublishBatch" ? "Publish" : action, arn);
        return Call(action, request, Get(arn));
    }

    private XElement[] Call(string action, JsonObject request, SnsTopic topic)
    {
        switch (action)
        {
            case "DeleteTopic":
                _topics.TryRemove(topic.Arn, out _);
                return [];
            case "GetTopicAttributes":
                return [Map(topic.Attributes.Prepend(new("Owner", aws.Account)).Prepend(new("TopicArn", topic.Arn)))];
            case "SetTopicAttributes":
                topic.Attributes[Text(request, "AttributeName")] = (string?)request["AttributeValue"] ?? "";
                return [];
            case "Subscribe":
                var subscription = Subscribe(topic.Arn, Text(request, "Protocol"), Text(request, "Endpoint"), Entries(request["Attributes"]));
                return [Element("SubscriptionArn", subscription.Arn)];
            case "ListSubscriptionsByTopic":
                return [Listed(topic.Subscriptions)];
            case "Publish":
                return [Element("MessageId", Publish(topic, request))];
            case "PublishBatch":
                return PublishBatch(topic, request);
            default:
                throw new AwsJsonError("InvalidAction", $"The local host does not serve sns:{action}.");
        }
    }

    private XElement[] Call(HttpContext context, string action, JsonObject request, SnsSubscription subscription)
    {
        Check(context, action, subscription.TopicArn);
        switch (action)
        {
            case "Unsubscribe":
                var topic = Get(subscription.TopicArn);
                lock (topic.Subscriptions)
                {
                    topic.Subscriptions.Remove(subscription);
                }

                return [];
            case "SetSubscriptionAttributes":
                subscription.Set(Text(request, "AttributeName"), (string?)request["AttributeValue"] ?? "");
                return [];
            default:
                return [Map(subscription.Attributes
                    .Prepend(new("Endpoint", subscription.Endpoint)).Prepend(new("Protocol", subscription.Protocol))
                    .Prepend(new("TopicArn", subscription.TopicArn)).Prepend(new("SubscriptionArn", subscription.Arn)))];
        }
    }

    private string Publish(SnsTopic topic, JsonObject request) => Publish(
        topic.Arn, (string?)request["Message"] ?? "", (string?)request["Subject"], QueryForm.Map(request["MessageAttributes"]?["entry"]));

    private XElement[] PublishBatch(SnsTopic topic, JsonObject request)
    {
        var entries = QueryForm.Items(request["PublishBatchRequestEntries"]?["member"]).Select(entry => entry.AsObject()).ToList();
        if (entries.Count is 0 or > LongestBatch)
        {
            throw new AwsJsonError(entries.Count == 0 ? "EmptyBatchRequest" : "TooManyEntriesInBatchRequest", $"A batch has 1 to {LongestBatch} entries, got {entries.Count}.");
        }

        List<XElement> successful = [], failed = [];
        foreach (var entry in entries)
        {
            try
            {
                successful.Add(Member(Element("Id", (string?)entry["Id"] ?? ""), Element("MessageId", Publish(topic, entry))));
            }
            catch (AwsJsonError error)
            {
                failed.Add(Member(
                    Element("Id", (string?)entry["Id"] ?? ""), Element("Code", error.Code), Element("Message", error.Message), Element("SenderFault", "true")));
            }
        }

        return [Members("Successful", successful), Members("Failed", failed)];
    }

    private void Check(HttpContext context, string action, string arn)
    {
        if (Authorize?.Invoke(context, $"sns:{action}", arn) is { } reason)
        {
            throw new AwsJsonError("AuthorizationError", reason, StatusCodes.Status403Forbidden);
        }
    }

    private SnsSubscription Find(string arn) => _topics.Values.SelectMany(topic => topic.Subscriptions).FirstOrDefault(s => s.Arn == arn)
        ?? throw new AwsJsonError("NotFound", "Subscription does not exist", StatusCodes.Status404NotFound);

    // https://docs.aws.amazon.com/sns/latest/dg/sns-sqs-as-subscriber.html ; nothing here has a key to sign with.
    private string Envelope(SnsSubscription subscription, string id, string message, string? subject, JsonObject? attributes)
    {
        var envelope = new JsonObject { ["Type"] = "Notification", ["MessageId"] = id, ["TopicArn"] = subscription.TopicArn };
        if (subject is not null)
        {
            envelope["Subject"] = subject;
        }

        envelope["Message"] = message;
        envelope["Timestamp"] = clock.GetUtcNow().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        envelope["SignatureVersion"] = "1";
        envelope["Signature"] = "bG9jYWw=";
        envelope["SigningCertURL"] = $"https://sns.{aws.Region}.amazonaws.com/SimpleNotificationService-local.pem";
        envelope["UnsubscribeURL"] = $"https://sns.{aws.Region}.amazonaws.com/?Action=Unsubscribe&SubscriptionArn={subscription.Arn}";
        if (attributes is { Count: > 0 })
        {
            envelope["MessageAttributes"] = new JsonObject(attributes.Select(attribute => KeyValuePair.Create(attribute.Key, (JsonNode?)new JsonObject
            {
                ["Type"] = (string?)attribute.Value!["DataType"],
                ["Value"] = (string?)attribute.Value["StringValue"] ?? (string?)attribute.Value["BinaryValue"],
            })));
        }

        return Json.Plain(envelope);
    }

    private XElement Listed(IEnumerable<SnsSubscription> subscriptions) => Members("Subscriptions", subscriptions.Select(s => Member(
        Element("SubscriptionArn", s.Arn), Element("Owner", aws.Account), Element("Protocol", s.Protocol), Element("Endpoint", s.Endpoint), Element("TopicArn", s.TopicArn))));

    private static XElement Map(IEnumerable<KeyValuePair<string, string>> entries) =>
        Members("Attributes", entries.Select(entry => new XElement(_names + "entry", Element("key", entry.Key), Element("value", entry.Value))));

    private static XElement Members(string name, IEnumerable<XElement> members) => new(_names + name, members);

    private static XElement Member(params XElement[] content) => new(_names + "member", content);

    private static XElement Element(string name, string value) => new(_names + name, value);

    private static Dictionary<string, string> Entries(JsonNode? map) =>
        QueryForm.Map(map?["entry"], "key", "value").ToDictionary(entry => entry.Key, entry => (string?)entry.Value ?? "", StringComparer.Ordinal);

    private static string Text(JsonObject request, string name) => (string?)request[name] is { Length: > 0 } text
        ? text
        : throw new AwsJsonError("InvalidParameter", $"Invalid parameter: {name}");

    [GeneratedRegex(@"^[A-Za-z0-9_-]{1,256}\z")]
    private static partial Regex Names();
}
