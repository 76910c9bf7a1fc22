namespace KinesisPatterns.Local;

/// <summary>How a record ended in a reader.</summary>
public enum LedgerEnd
{
    /// <summary>It has not ended.</summary>
    None,

    /// <summary>The reader processed it.</summary>
    Processed,

    /// <summary>The reader's filter let it pass by.</summary>
    Filtered,

    /// <summary>The reader gave it up; it is in the reader's failure destination.</summary>
    Failed,

    /// <summary>The reader gave it up and kept it nowhere.</summary>
    Dropped,
}

/// <summary>An accepted record and its end in each of the stream's readers.</summary>
/// <param name="Stream">The name of the stream.</param>
/// <param name="ShardId">The shard that took it.</param>
/// <param name="SequenceNumber">Its sequence number.</param>
/// <param name="PartitionKey">Its partition key.</param>
/// <param name="Readers">What became of it, by reader.</param>
public sealed record LedgerEntry(
    string Stream, string ShardId, string SequenceNumber, string PartitionKey, IReadOnlyDictionary<string, LedgerFate> Readers);

/// <summary>What became of a record in one reader.</summary>
/// <param name="End">How it ended.</param>
/// <param name="Reason">Why, when it was not processed.</param>
/// <param name="Deliveries">How often it was handed to the reader.</param>
/// <param name="HasPayload">Whether the failure destination holds its payload.</param>
public sealed record LedgerFate(LedgerEnd End, string? Reason, int Deliveries, bool HasPayload);

/// <summary>Something that a ledger holds against a pipeline.</summary>
/// <param name="Rule">The rule that was broken.</param>
/// <param name="Reader">The reader that broke it.</param>
/// <param name="Stream">The stream of the record.</param>
/// <param name="ShardId">The shard of the record.</param>
/// <param name="SequenceNumber">The record.</param>
/// <param name="PartitionKey">Its partition key.</param>
/// <param name="Detail">What was found.</param>
public sealed record LedgerFinding(
    LedgerRule Rule, string Reader, string Stream, string ShardId, string SequenceNumber, string PartitionKey, string Detail)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Rule}: {Stream} {ShardId} {SequenceNumber} (key {PartitionKey}) in {Reader}: {Detail}";
}

/// <summary>What a ledger says at a moment.</summary>
/// <param name="Records">Records accepted by streams.</param>
/// <param name="Ends">Ends in readers by kind; a record of a stream with two readers has two.</param>
/// <param name="Open">Ends that are still to come.</param>
/// <param name="Broken">How often each rule was broken.</param>
/// <param name="Findings">The first findings of each rule.</param>
public sealed record LedgerReport(
    long Records,
    IReadOnlyDictionary<LedgerEnd, long> Ends,
    long Open,
    IReadOnlyDictionary<LedgerRule, long> Broken,
    IReadOnlyList<LedgerFinding> Findings)
{
    /// <summary>Whether every record is accounted for and no rule was broken.</summary>
    public bool IsClean => Broken.Count == 0;
}

/// <summary>What is known of a pipeline's effects, and of the records that it may give up.</summary>
public sealed record LedgerExpectations
{
    /// <summary>How often the effect of a record, as a reader is to have it, is found where it belongs; null asks nobody.</summary>
    public Func<LedgerEntry, string, int>? EffectsOf { get; init; }

    /// <summary>Whether a reader may give a record up; null lets it give up any.</summary>
    public Func<LedgerEntry, string, bool>? MayFail { get; init; }
}
