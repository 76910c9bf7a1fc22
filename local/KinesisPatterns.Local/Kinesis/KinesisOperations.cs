namespace KinesisPatterns.Local.Kinesis;

/// <summary>The operations by name, save those whose speed matters.</summary>
internal static class KinesisOperations
{
    private static readonly Dictionary<string, Action<KinesisCall>> _all = new(StringComparer.Ordinal)
    {
        ["AddTagsToStream"] = TagOperations.AddTagsToStream,
        ["CreateStream"] = StreamOperations.CreateStream,
        ["DecreaseStreamRetentionPeriod"] = SettingOperations.DecreaseStreamRetentionPeriod,
        ["DeleteResourcePolicy"] = PolicyOperations.DeleteResourcePolicy,
        ["DeleteStream"] = StreamOperations.DeleteStream,
        ["DeregisterStreamConsumer"] = ConsumerOperations.DeregisterStreamConsumer,
        ["DescribeAccountSettings"] = AccountOperations.DescribeAccountSettings,
        ["DescribeLimits"] = AccountOperations.DescribeLimits,
        ["DescribeStream"] = StreamOperations.DescribeStream,
        ["DescribeStreamConsumer"] = ConsumerOperations.DescribeStreamConsumer,
        ["DescribeStreamSummary"] = StreamOperations.DescribeStreamSummary,
        ["DisableEnhancedMonitoring"] = SettingOperations.DisableEnhancedMonitoring,
        ["EnableEnhancedMonitoring"] = SettingOperations.EnableEnhancedMonitoring,
        ["GetResourcePolicy"] = PolicyOperations.GetResourcePolicy,
        ["GetShardIterator"] = ReadOperations.GetShardIterator,
        ["IncreaseStreamRetentionPeriod"] = SettingOperations.IncreaseStreamRetentionPeriod,
        ["ListShards"] = ShardListing.ListShards,
        ["ListStreamConsumers"] = ConsumerOperations.ListStreamConsumers,
        ["ListStreams"] = StreamOperations.ListStreams,
        ["ListTagsForResource"] = TagOperations.ListTagsForResource,
        ["ListTagsForStream"] = TagOperations.ListTagsForStream,
        ["MergeShards"] = Resharding.MergeShards,
        ["PutRecord"] = WriteOperations.PutRecord,
        ["PutResourcePolicy"] = PolicyOperations.PutResourcePolicy,
        ["RegisterStreamConsumer"] = ConsumerOperations.RegisterStreamConsumer,
        ["RemoveTagsFromStream"] = TagOperations.RemoveTagsFromStream,
        ["SplitShard"] = Resharding.SplitShard,
        ["StartStreamEncryption"] = SettingOperations.StartStreamEncryption,
        ["StopStreamEncryption"] = SettingOperations.StopStreamEncryption,
        ["TagResource"] = TagOperations.TagResource,
        ["UntagResource"] = TagOperations.UntagResource,
        ["UpdateAccountSettings"] = AccountOperations.UpdateAccountSettings,
        ["UpdateMaxRecordSize"] = SettingOperations.UpdateMaxRecordSize,
        ["UpdateShardCount"] = Resharding.UpdateShardCount,
        ["UpdateStreamMode"] = SettingOperations.UpdateStreamMode,
        ["UpdateStreamWarmThroughput"] = SettingOperations.UpdateStreamWarmThroughput,
    };

    public static IEnumerable<string> Names => _all.Keys;

    public static Action<KinesisCall> Find(string operation) => _all.GetValueOrDefault(operation)
        ?? throw new KinesisException("UnknownOperationException", $"Kinesis has no operation {operation} here.");
}
