namespace KinesisPatterns.Local.Kinesis;

/// <summary>Operations that change a stream while it lives.</summary>
internal static class SettingOperations
{
    private static readonly string[] _metrics =
    [
        "IncomingBytes", "IncomingRecords", "OutgoingBytes", "OutgoingRecords", "WriteProvisionedThroughputExceeded",
        "ReadProvisionedThroughputExceeded", "IteratorAgeMilliseconds",
    ];

    public static void IncreaseStreamRetentionPeriod(KinesisCall call) =>
        Retain(call, (now, wanted) => wanted >= now, "less than");

    public static void DecreaseStreamRetentionPeriod(KinesisCall call) =>
        Retain(call, (now, wanted) => wanted <= now, "greater than");

    public static void StartStreamEncryption(KinesisCall call)
    {
        var type = call.Required("EncryptionType");
        var key = call.Required("KeyId");
        new Constraints().OneOf("EncryptionType", type, "KMS").Length("KeyId", key, 1, 2048).Enforce();
        var stream = call.Stream();
        Become(stream, s => s with { KeyId = key }, stream.EncryptionStarts);
    }

    public static void StopStreamEncryption(KinesisCall call)
    {
        new Constraints().OneOf("EncryptionType", call.Required("EncryptionType"), "KMS").Enforce();
        call.Required("KeyId");
        Become(call.Stream(), s => s with { KeyId = null });
    }

    public static void UpdateStreamMode(KinesisCall call)
    {
        var mode = call.Structure("StreamModeDetails")?.Required("StreamMode");
        new Constraints().Required("StreamModeDetails", mode)
            .OneOf("StreamModeDetails.streamMode", mode, "PROVISIONED", "ON_DEMAND").Enforce();
        call.Required("StreamARN");
        new Constraints().Range("WarmThroughputMiBps", call.Number("WarmThroughputMiBps"), 0, 10240).Enforce();
        var stream = call.Stream();
        var warm = (int?)call.Number("WarmThroughputMiBps");
        if (warm is not null)
        {
            CheckWarmth(call, mode!);
        }

        lock (stream.Gate)
        {
            stream.Active();
            if (mode != stream.Mode)
            {
                stream.ModeUpdates.Take(call.Service.Options.Time.GetUtcNow());
            }

            stream.Become("UPDATING", () =>
            {
                stream.Mode = mode!;
                stream.Settings = stream.Settings with { WarmThroughputMiBps = warm };
            });
        }
    }

    public static void UpdateMaxRecordSize(KinesisCall call)
    {
        var size = call.Required("MaxRecordSizeInKiB", 1024, 10240);
        Become(call.Stream(), s => s with { MaxRecordKiB = size });
    }

    public static void UpdateStreamWarmThroughput(KinesisCall call)
    {
        var warm = call.Required("WarmThroughputMiBps", 0, 10240);
        var stream = call.Stream();
        CheckWarmth(call, stream.Mode);
        lock (stream.Gate)
        {
            stream.Active();
            stream.Settings = stream.Settings with { WarmThroughputMiBps = warm };
            var options = call.Service.Options;
            stream.Scaling.Warm(Math.Min(warm, options.MostOnDemandShards));
        }

        var json = call.Response;
        json.WriteStartObject();
        json.WriteString("StreamARN", stream.Arn);
        json.WriteString("StreamName", stream.Name);
        json.WriteStartObject("WarmThroughput");
        json.WriteNumber("TargetMiBps", warm);
        json.WriteNumber("CurrentMiBps", warm);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    public static void EnableEnhancedMonitoring(KinesisCall call) => Monitor(call, (now, named) => now.Union(named));

    public static void DisableEnhancedMonitoring(KinesisCall call) => Monitor(call, (now, named) => now.Except(named));

    private static void Monitor(
        KinesisCall call, Func<IEnumerable<string>, IEnumerable<string>, IEnumerable<string>> combine)
    {
        var named = call.Texts("ShardLevelMetrics");
        var (shown, allowed) = ($"'[{string.Join(", ", named)}]'", string.Join(", ", _metrics));
        new Constraints()
            .Check(named.Count > 0, shown, "ShardLevelMetrics", "Member must have length greater than or equal to 1")
            .Check(named.All(m => m == "ALL" || _metrics.Contains(m)), shown, "ShardLevelMetrics",
                $"Member must satisfy constraint: [Member must satisfy enum value set: [{allowed}, ALL]]")
            .Enforce();
        var stream = call.Stream();
        var before = stream.Settings.ShardLevelMetrics;
        string[] after = [.. combine(before, named.Contains("ALL") ? _metrics : named)];
        Change(stream, s => s with { ShardLevelMetrics = after });

        var json = call.Response;
        json.WriteStartObject();
        json.WriteString("StreamName", stream.Name);
        json.WriteStrings("CurrentShardLevelMetrics", before);
        json.WriteStrings("DesiredShardLevelMetrics", after);
        json.WriteString("StreamARN", stream.Arn);
        json.WriteEndObject();
    }

    private static void Retain(KinesisCall call, Func<int, int, bool> allowed, string wrong)
    {
        var hours = (int?)call.Number("RetentionPeriodHours");
        new Constraints().Required("RetentionPeriodHours", hours).Enforce();
        var stream = call.Stream();
        if (hours is < 24 or > 8760)
        {
            throw KinesisException.InvalidArgument($"Retention period must be 24 to 8760 hours, got {hours}.");
        }

        if (!allowed(stream.Settings.RetentionHours, hours!.Value))
        {
            throw KinesisException.InvalidArgument(
                $"Requested retention period ({hours} hours) for stream {stream.Title} can not be {wrong} "
                + $"the existing retention period ({stream.Settings.RetentionHours} hours).");
        }

        Change(stream, s => s with { RetentionHours = hours.Value });
    }

    // https://docs.aws.amazon.com/kinesis/latest/APIReference/API_UpdateStreamWarmThroughput.html
    private static void CheckWarmth(KinesisCall call, string mode)
    {
        if (mode != "ON_DEMAND")
        {
            throw KinesisException.Validation("WarmThroughputMiBps is for on-demand streams only.");
        }

        if (call.Service.BillingCommitment != "ENABLED")
        {
            throw KinesisException.Validation(
                "WarmThroughputMiBps needs an account with MinimumThroughputBillingCommitment, see UpdateAccountSettings.");
        }
    }

    private static void Become(KinesisStream stream, Func<StreamSettings, StreamSettings> change, DailyBudget? budget = null)
    {
        lock (stream.Gate)
        {
            stream.Active();
            budget?.Take(DateTimeOffset.FromUnixTimeMilliseconds(stream.Now));
            stream.Become("UPDATING", () => stream.Settings = change(stream.Settings));
        }
    }

    private static void Change(KinesisStream stream, Func<StreamSettings, StreamSettings> change)
    {
        lock (stream.Gate)
        {
            stream.Settings = change(stream.Settings);
        }
    }
}
