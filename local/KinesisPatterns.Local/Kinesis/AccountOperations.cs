namespace KinesisPatterns.Local.Kinesis;

/// <summary>Limits and settings of the account.</summary>
internal static class AccountOperations
{
    public static void DescribeLimits(KinesisCall call)
    {
        call.Authorize("*");
        var streams = call.Service.Streams;
        call.Response.WriteStartObject();
        call.Response.WriteNumber("ShardLimit", 20_000);
        call.Response.WriteNumber(
            "OpenShardCount", streams.Where(s => s.Mode == "PROVISIONED").Sum(s => s.OpenShards.Count));
        call.Response.WriteNumber("OnDemandStreamCount", streams.Count(s => s.Mode == "ON_DEMAND"));
        call.Response.WriteNumber("OnDemandStreamCountLimit", 50);
        call.Response.WriteEndObject();
    }

    public static void DescribeAccountSettings(KinesisCall call)
    {
        call.Authorize("*");
        Write(call);
    }

    public static void UpdateAccountSettings(KinesisCall call)
    {
        var status = call.Structure("MinimumThroughputBillingCommitment")?.Required("Status");
        new Constraints().Required("MinimumThroughputBillingCommitment", status)
            .OneOf("MinimumThroughputBillingCommitment.status", status, "ENABLED", "DISABLED").Enforce();
        call.Authorize("*");
        call.Service.BillingCommitment = status!;
        Write(call);
    }

    private static void Write(KinesisCall call)
    {
        call.Response.WriteStartObject();
        call.Response.WriteStartObject("MinimumThroughputBillingCommitment");
        call.Response.WriteString("Status", call.Service.BillingCommitment);
        call.Response.WriteEndObject();
        call.Response.WriteEndObject();
    }
}
