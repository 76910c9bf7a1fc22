using System.Text;
using Amazon.Kinesis;
using Amazon.Kinesis.Model;
using KinesisPatterns.Lambdas.Streams;

namespace KinesisPatterns.Replay;

/// <summary>A Kinesis stream of events.</summary>
public sealed class KinesisEventStream(IAmazonKinesis kinesis, string stream) : IEventStream
{
    private const int RecordsAtOnce = 2_000;

    private readonly Dictionary<string, (string? After, string Iterator)> _iterators = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<EventShard>> ShardsAsync(CancellationToken cancellation)
    {
        var shards = new List<EventShard>();
        var request = new ListShardsRequest { StreamName = stream };
        do
        {
            var page = await kinesis.ListShardsAsync(request, cancellation);
            shards.AddRange(page.Shards.Select(shard => new EventShard(
                shard.ShardId, [.. new[] { shard.ParentShardId, shard.AdjacentParentShardId }.Where(parent => parent is not null)])));
            request = new() { NextToken = page.NextToken };
        }
        while (request.NextToken is not null);

        return shards;
    }

    /// <inheritdoc/>
    public async Task<EventPage> ReadAsync(string shard, string? after, CancellationToken cancellation)
    {
        try
        {
            var iterator = _iterators.TryGetValue(shard, out var kept) && kept.After == after ? kept.Iterator : await IteratorAsync(shard, after, cancellation);
            _iterators.Remove(shard);
            var answer = await kinesis.GetRecordsAsync(new() { ShardIterator = iterator, Limit = RecordsAtOnce }, cancellation);
            var records = answer.Records ?? [];
            var last = records.Count > 0 ? records[^1].SequenceNumber : null;
            if (answer.NextShardIterator is not null)
            {
                _iterators[shard] = (last ?? after, answer.NextShardIterator);
            }

            return new(Events(records), last, answer.NextShardIterator is null, answer.MillisBehindLatest is null or 0);
        }
        catch (Exception exception) when (exception is ExpiredIteratorException or ProvisionedThroughputExceededException)
        {
            // Other readers share what the shard gives, and an iterator lives for five minutes: asked again, it goes on.
            return new([], null, IsEnd: false, IsTip: false);
        }
    }

    private async Task<string> IteratorAsync(string shard, string? after, CancellationToken cancellation) => (await kinesis.GetShardIteratorAsync(
        new()
        {
            StreamName = stream,
            ShardId = shard,
            ShardIteratorType = after is null ? ShardIteratorType.TRIM_HORIZON : ShardIteratorType.AFTER_SEQUENCE_NUMBER,
            StartingSequenceNumber = after,
        },
        cancellation)).ShardIterator;

    private static List<ReadOnlyMemory<byte>> Events(List<Record> records)
    {
        var unpacked = new List<UserRecord>(records.Count);
        foreach (var record in records)
        {
            KplAggregate.Unpack(Encoding.UTF8.GetBytes(record.PartitionKey), record.Data.ToArray(), unpacked);
        }

        return unpacked.ConvertAll(record => record.Data);
    }
}
