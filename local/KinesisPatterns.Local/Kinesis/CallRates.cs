using System.Collections.Concurrent;

namespace KinesisPatterns.Local.Kinesis;

/// <summary>How often a second an account may call the operations that do not move records.</summary>
/// <remarks>https://docs.aws.amazon.com/streams/latest/dev/service-sizes-and-limits.html</remarks>
internal sealed class CallRates
{
    private const int Usual = 5;

    private static readonly Dictionary<string, int> _perAccount = new(StringComparer.Ordinal)
    {
        ["AddTagsToStream"] = Usual,
        ["CreateStream"] = Usual,
        ["DecreaseStreamRetentionPeriod"] = Usual,
        ["DeleteResourcePolicy"] = Usual,
        ["DeleteStream"] = Usual,
        ["DeregisterStreamConsumer"] = Usual,
        ["DescribeLimits"] = 1,
        ["DescribeStream"] = 10,
        ["DescribeStreamConsumer"] = 20,
        ["DescribeStreamSummary"] = 20,
        ["DisableEnhancedMonitoring"] = Usual,
        ["EnableEnhancedMonitoring"] = Usual,
        ["GetResourcePolicy"] = Usual,
        ["IncreaseStreamRetentionPeriod"] = Usual,
        ["ListStreamConsumers"] = Usual,
        ["ListStreams"] = Usual,
        ["ListTagsForStream"] = Usual,
        ["MergeShards"] = Usual,
        ["PutResourcePolicy"] = Usual,
        ["RegisterStreamConsumer"] = Usual,
        ["RemoveTagsFromStream"] = Usual,
        ["SplitShard"] = Usual,
        ["StartStreamEncryption"] = Usual,
        ["StopStreamEncryption"] = Usual,
        ["UpdateStreamMode"] = Usual,
    };

    private readonly ConcurrentDictionary<object, Rate> _rates = new();

    /// <summary>Fails when an operation of the account was called too often.</summary>
    public void Check(string operation, long now)
    {
        if (_perAccount.TryGetValue(operation, out var most) && !Take(operation, most, now))
        {
            throw KinesisException.LimitExceeded($"Rate exceeded for {operation}: {most} calls a second per account.");
        }
    }

    /// <summary>Fails when a shard was asked for too many iterators.</summary>
    public void CheckIterator(Shard shard, long now)
    {
        if (!Take(shard, Usual, now))
        {
            throw KinesisException.RateExceeded(shard);
        }
    }

    private bool Take(object what, int most, long now) => _rates.GetOrAdd(what, _ => new(most)).Take(now);

    private sealed class Rate(int most)
    {
        private readonly Lock _lock = new();
        private TokenBucket _calls = new(most);

        public bool Take(long now)
        {
            lock (_lock)
            {
                if (!_calls.Has(1, now))
                {
                    return false;
                }

                _calls.Take(1);
                return true;
            }
        }
    }
}
