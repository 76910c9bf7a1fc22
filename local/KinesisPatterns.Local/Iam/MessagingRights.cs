using KinesisPatterns.Local.Messaging;
using Microsoft.AspNetCore.Http;

namespace KinesisPatterns.Local.Iam;

/// <summary>Which rights queues and topics need: the action, and the key that encrypts what they hold.</summary>
/// <remarks>
/// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-key-management.html and
/// https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html
/// </remarks>
internal static class MessagingRights
{
    /// <summary>Why a request is refused; null when it is not.</summary>
    public static string? Refusal(HttpContext context, string action, string resourceArn)
    {
        if (context.Caller() is not { } caller)
        {
            return null;
        }

        return caller.Refusal(action, resourceArn) ?? action switch
        {
            "sqs:SendMessage" or "sns:Publish" => KeyRefusal(caller, resourceArn, "kms:GenerateDataKey", "kms:Decrypt"),
            "sqs:ReceiveMessage" => KeyRefusal(caller, resourceArn, "kms:Decrypt"),
            _ => null,
        };
    }

    /// <summary>Why a topic may not send to a queue; null when it may.</summary>
    /// <remarks>https://docs.aws.amazon.com/sns/latest/dg/subscribe-sqs-queue-to-sns-topic.html</remarks>
    public static string? DeliveryRefusal(Authorization authorization, SnsSubscription subscription) =>
        SendRefusal(authorization, authorization.Service("sns.amazonaws.com", subscription.TopicArn), subscription.TopicArn, subscription.Endpoint);

    /// <summary>Why a service may not send to a queue or a topic in its own name; null when it may. Who looks after the stack is told.</summary>
    public static string? SendRefusal(Authorization authorization, Caller service, string from, string targetArn)
    {
        var refusal = service.Refusal(targetArn.Contains(":sqs:", StringComparison.Ordinal) ? "sqs:SendMessage" : "sns:Publish", targetArn)
            ?? KeyRefusal(service, targetArn, "kms:GenerateDataKey", "kms:Decrypt");
        if (refusal is not null)
        {
            authorization.Remark($"{from}: {targetArn} is not told: {refusal}");
        }

        return refusal;
    }

    private static string? KeyRefusal(Caller caller, string resourceArn, params ReadOnlySpan<string> actions) =>
        caller.KeyRefusalOf(resourceArn, resourceArn.Split(':')[2], actions);
}
