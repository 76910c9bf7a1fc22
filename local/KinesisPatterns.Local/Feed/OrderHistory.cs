using KinesisPatterns.Local.Kinesis;
using KinesisPatterns.Local.Page;
using KinesisPatterns.Local.StatefulFunctions;
using KinesisPatterns.StateFun;

namespace KinesisPatterns.Local.Feed;

/// <summary>What the state and the streams say of one address.</summary>
/// <param name="job">Has the state.</param>
/// <param name="events">The stream of events.</param>
/// <param name="rejected">The stream of commands that were turned away.</param>
internal sealed class OrderHistory(StatefulFunctionsJob job, KinesisStream events, KinesisStream rejected)
{
    private const int MostFound = 20;
    private const int MostSteps = 100;
    private const int RecordsAtOnce = 500;

    /// <summary>Addresses whose id contains a text.</summary>
    public IReadOnlyList<PageAddress> Find(string text) =>
        [.. job.State.Find(text, MostFound).Select(a => ValueText.Line(new KeptValues(a, job.State.ValuesOf(a))))];

    /// <summary>An address's values, timers and last events; null when there is neither value nor event.</summary>
    public PageHistory? Of(string type, string id)
    {
        if (type.Split('/') is not [{ Length: > 0 }, { Length: > 0 }])
        {
            return null;
        }

        var address = TypeName.Parse(type).WithId(id);
        var steps = Steps(address).OrderByDescending(s => s.Version ?? long.MaxValue).ThenByDescending(s => s.Time, StringComparer.Ordinal).ToList();
        var values = job.State.ValuesOf(address);
        return steps.Count == 0 && values.Count == 0 ? null : new(
            type,
            id,
            [.. values.OrderBy(v => v.Value.Bytes.Length).Select(v => new PageValue(v.Key, ValueText.Whole(v.Value)))],
            [.. job.State.Timers(int.MaxValue, out _).Where(t => t.Target == address).Select(PageTimer.Of)],
            [.. steps.Take(MostSteps)],
            steps.Count);
    }

    private IEnumerable<PageStep> Steps(Address address)
    {
        // One that came again replaces the one before.
        var happened = new Dictionary<long, PageStep>();
        foreach (var one in Read(events, address.Id, data => OrderEvent.Of(data.Span)).Where(e => e.Aggregate == address.Type.Name))
        {
            happened[one.Version] = new(one.Time, one.Type, one.Version, ValueText.Cut(Json.Plain(one.Data)));
        }

        return happened.Values.Concat(Read(rejected, address.Id, data => TurnedAway.Of(data.Span)).Where(r => r.Type == address.Type.ToString())
            .Select(r => new PageStep(r.Time, r.Reason, null, ValueText.Cut(r.Payload))));
    }

    // Everything of an address has its id as the partition key.
    private static IEnumerable<T> Read<T>(KinesisStream stream, string key, Func<ReadOnlyMemory<byte>, T> of)
    {
        var utf8 = System.Text.Encoding.UTF8.GetBytes(key);
        var records = new KinesisRecord[RecordsAtOnce];
        foreach (var shard in stream.Shards)
        {
            var reader = new ShardReader(shard, ShardPosition.TrimHorizon);
            for (var count = reader.Read(records); count > 0; count = reader.Read(records))
            {
                for (var i = 0; i < count; i++)
                {
                    if (records[i].PartitionKeyUtf8.Span.SequenceEqual(utf8))
                    {
                        yield return of(records[i].Data);
                    }
                }
            }
        }
    }
}
