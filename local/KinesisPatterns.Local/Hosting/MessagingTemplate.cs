using System.Text.Json.Nodes;
using KinesisPatterns.Local.Assembly;
using KinesisPatterns.Local.Messaging;

namespace KinesisPatterns.Local.Hosting;

/// <summary>Queues and topics as a template describes them.</summary>
/// <remarks>
/// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-sqs-queue.html and
/// https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-sns-subscription.html
/// </remarks>
internal static class MessagingTemplate
{
    private static readonly string[] _queueAttributes =
    [
        "DelaySeconds", "MaximumMessageSize", "MessageRetentionPeriod", "ReceiveMessageWaitTimeSeconds", "VisibilityTimeout",
        "RedrivePolicy", "RedriveAllowPolicy", "KmsMasterKeyId", "KmsDataKeyReusePeriodSeconds", "SqsManagedSseEnabled",
    ];

    private static readonly string[] _subscriptionAttributes =
        ["RawMessageDelivery", "FilterPolicy", "FilterPolicyScope", "RedrivePolicy", "DeliveryPolicy"];

    public static SqsQueue Add(SqsService queues, Resource resource) => Json.Boolean(resource.Properties["FifoQueue"]) is true
        ? throw new LocalHostException($"{resource.Path}: FIFO queues do not run here")
        : queues.Create(resource.Attributes["QueueName"], Attributes(resource.Properties, _queueAttributes));

    public static SnsTopic Add(SnsService topics, Resource resource)
    {
        if (Json.Boolean(resource.Properties["FifoTopic"]) is true)
        {
            throw new LocalHostException($"{resource.Path}: FIFO topics do not run here");
        }

        var topic = topics.Create(resource.Attributes["TopicName"]);
        foreach (var subscription in resource.Properties["Subscription"]?.AsArray() ?? [])
        {
            topics.Subscribe(topic.Arn, Json.Text(subscription!["Protocol"]), Json.Text(subscription["Endpoint"]), new Dictionary<string, string>());
        }

        return topic;
    }

    public static SnsSubscription Subscribe(SnsService topics, Resource resource)
    {
        var properties = resource.Properties;
        var topic = Json.Text(properties["TopicArn"]);
        return topics.TryGet(topic) is null
            ? throw new LocalHostException($"{resource.Path}: the topic {topic} is not in this stack")
            : topics.Subscribe(topic, Json.Text(properties["Protocol"]), Json.Text(properties["Endpoint"]), Attributes(properties, _subscriptionAttributes));
    }

    private static Dictionary<string, string> Attributes(JsonObject properties, string[] names) => names
        .Where(properties.ContainsKey)
        .ToDictionary(name => name, name => properties[name] is JsonObject policy ? policy.ToJsonString() : Json.Text(properties[name]), StringComparer.Ordinal);
}
