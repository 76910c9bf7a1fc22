using System.Collections.Concurrent;
using KinesisPatterns.Local.Kinesis;
using KinesisPatterns.Local.Lambda;
using KinesisPatterns.Local.Ledger;

namespace KinesisPatterns.Local.Hosting;

/// <summary>Counts how records ended in each mapping, and keeps what was given up for whoever keeps the books.</summary>
internal sealed class Recorder(LedgerObserver ledger) : IRecordObserver
{
    private readonly ConcurrentDictionary<(string Mapping, RecordEnd End), long> _ends = new();

    /// <summary>Is told of every document that a failure destination kept.</summary>
    public Action<FailureDocument>? OnKept { get; set; }

    /// <summary>How many records of a mapping ended in a way.</summary>
    public long Count(string mapping, RecordEnd end) => _ends.GetValueOrDefault((mapping, end));

    public long Count(RecordEnd end) => _ends.Where(e => e.Key.End == end).Sum(e => e.Value);

    public void Kept(FailureDocument document)
    {
        ledger.Kept(document);
        OnKept?.Invoke(document);
    }

    public void Started(EventSourceMapping mapping) => ledger.Started(mapping);

    public void Delivering(EventSourceMapping mapping, ReadOnlySpan<KinesisRecord> batch) => ledger.Delivering(mapping, batch);

    public void Ended(EventSourceMapping mapping, string shardId, SequenceNumber sequenceNumber, RecordOutcome outcome)
    {
        ledger.Ended(mapping, shardId, sequenceNumber, outcome);
        _ends.AddOrUpdate((mapping.Uuid, outcome.End), 1, (_, count) => count + 1);
    }
}
