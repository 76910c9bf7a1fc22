namespace KinesisPatterns.Cdk;

/// <summary>A log group that keeps its logs for a known time.</summary>
internal static class Logs
{
    public static LogGroup In(Construct scope, string id, RetentionDays retention = RetentionDays.ONE_YEAR)
    {
        var logs = new LogGroup(scope, id, new LogGroupProps { Retention = retention });
        logs.Acknowledge(
            "cloudwatch_log_group_encrypted_check",
            "CloudWatch Logs encrypts with its own key; these logs hold no payload that would need a customer's.");
        return logs;
    }
}
