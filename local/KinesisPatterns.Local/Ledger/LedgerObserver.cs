using System.Text;
using KinesisPatterns.Local.Feed;
using KinesisPatterns.Local.Kinesis;
using KinesisPatterns.Local.Lambda;

namespace KinesisPatterns.Local.Ledger;

/// <summary>Enters into a ledger what streams take and what event source mappings do with it.</summary>
internal sealed class LedgerObserver(RecordLedger ledger) : IStreamObserver, IRecordObserver
{
    private const int RecordsAtOnce = 500;

    public void Stored(Shard shard, SequenceNumber number, ReadOnlySpan<byte> key) =>
        ledger.Put(shard.Stream.Name, shard.Id, number, Encoding.UTF8.GetString(key));

    public void Started(EventSourceMapping mapping)
    {
        ledger.Reads(mapping.Function.Name, mapping.Stream.Name);
        var old = new List<(string, SequenceNumber, string)>();
        foreach (var shard in mapping.Stream.Shards)
        {
            var position = mapping.Checkpoint?.PositionIn(shard, mapping.Settings.StartingPosition) ?? mapping.Settings.StartingPosition;
            var reader = new ShardReader(shard, position);
            var records = new KinesisRecord[RecordsAtOnce];
            while (reader.Read(records) is > 0 and var read)
            {
                var left = mapping.Checkpoint?.LeaveOut(records.AsSpan(0, read)) ?? read;
                for (var i = 0; i < left; i++)
                {
                    old.Add((shard.Id, records[i].SequenceNumber, records[i].PartitionKey));
                }
            }
        }

        old.Reverse();
        ledger.PutOld(mapping.Stream.Name, old);
    }

    public void Delivering(EventSourceMapping mapping, ReadOnlySpan<KinesisRecord> batch) =>
        ledger.Delivering(mapping.Function.Name, mapping.Stream.Name, batch);

    public void Ended(EventSourceMapping mapping, string shardId, SequenceNumber sequenceNumber, RecordOutcome outcome) =>
        ledger.Ended(mapping.Function.Name, mapping.Stream.Name, sequenceNumber, outcome.End switch
        {
            RecordEnd.Succeeded => LedgerEnd.Processed,
            RecordEnd.Filtered => LedgerEnd.Filtered,
            RecordEnd.DeadLettered => LedgerEnd.Failed,
            _ => LedgerEnd.Dropped,
        }, outcome.Detail);

    /// <summary>A failure destination took a document; a bucket has the records, queues and topics only know which they are.</summary>
    public void Kept(FailureDocument document)
    {
        if (document.DestinationArn.Split(':') is not ["arn", _, "s3", ..])
        {
            return;
        }

        var function = FailedRecords.FunctionOf(document);
        foreach (var (stream, _, number, _) in FailedRecords.Of(document))
        {
            ledger.Kept(function, stream[(stream.LastIndexOf('/') + 1)..], number);
        }
    }
}
