using KinesisPatterns.Local.EventBridge;

namespace KinesisPatterns.Local.Iam;

/// <summary>What a rule needs of its targets: EventBridge tells them in its own name.</summary>
/// <remarks>https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html</remarks>
internal static class EventRights
{
    /// <summary>Why a rule may not tell a target; null when it may.</summary>
    public static string? Refusal(Authorization authorization, EventRule rule, EventTarget target) =>
        target.Arn.Split(':', 4)[2] is "sns" or "sqs"
            ? MessagingRights.SendRefusal(authorization, authorization.Service("events.amazonaws.com", rule.Arn), rule.Name, target.Arn)
            : null;
}
