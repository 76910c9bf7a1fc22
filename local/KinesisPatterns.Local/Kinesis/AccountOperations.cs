namespace KinesisPatterns.Local.Kinesis;

/// <summary>Limits and settings of the account.</summary>
/// <remarks>https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html</remarks>
internal static class AccountOperations
{
    private const int MostShards = 20_000;
    private const int MostOnDemandStreams = 50;
    private const int MostCreating = 5;

    /// <summary>Fails when the account has no room for another stream; null shards stand for an on-demand one.</summary>
    public static void CheckRoom(KinesisService service, int? shards)
    {
        if (!service.Options.EnforceQuotas)
        {
            return;
        }

        if (service.Streams.Count(s => s.Status == "CREATING") >= MostCreating)
        {
            throw KinesisException.LimitExceeded($"{MostCreating} streams are in the CREATING state, the most an account can have at a time.");
        }

        var isFull = shards is null
            ? service.Streams.Count(s => s.Mode == "ON_DEMAND") >= MostOnDemandStreams
            : ProvisionedShards(service) + shards > MostShards;
        if (isFull)
        {
            throw KinesisException.LimitExceeded(
                $"This request would exceed a limit of the account {service.Options.AccountId}: "
                + $"{MostShards} shards of provisioned streams, {MostOnDemandStreams} on-demand streams.");
        }
    }

    public static void DescribeLimits(KinesisCall call)
    {
        call.Authorize("*");
        var streams = call.Service.Streams;
        call.Response.WriteStartObject();
        call.Response.WriteNumber("ShardLimit", MostShards);
        call.Response.WriteNumber("OpenShardCount", ProvisionedShards(call.Service));
        call.Response.WriteNumber("OnDemandStreamCount", streams.Count(s => s.Mode == "ON_DEMAND"));
        call.Response.WriteNumber("OnDemandStreamCountLimit", MostOnDemandStreams);
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

    private static int ProvisionedShards(KinesisService service) =>
        service.Streams.Where(s => s.Mode == "PROVISIONED").Sum(s => s.OpenShards.Count);

    private static void Write(KinesisCall call)
    {
        call.Response.WriteStartObject();
        call.Response.WriteStartObject("MinimumThroughputBillingCommitment");
        call.Response.WriteString("Status", call.Service.BillingCommitment);
        call.Response.WriteEndObject();
        call.Response.WriteEndObject();
    }
}
