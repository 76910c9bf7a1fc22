using KinesisPatterns.Local.Kinesis;

namespace KinesisPatterns.Local.Lambda;

/// <summary>How a record ended in a mapping.</summary>
internal enum RecordEnd
{
    /// <summary>The function processed it.</summary>
    Succeeded,

    /// <summary>The filter let it pass by.</summary>
    Filtered,

    /// <summary>It was given up and is kept in the on-failure destination.</summary>
    DeadLettered,

    /// <summary>It was given up and is kept nowhere.</summary>
    Dropped,
}

/// <summary>The end of a record; the detail is the condition of a dead letter or the reason of a drop.</summary>
internal readonly record struct RecordOutcome(RecordEnd End, string? Detail = null);

/// <summary>Is told the end of every record that a mapping read, exactly once.</summary>
internal interface IRecordObserver
{
    /// <summary>A mapping is about to read its stream.</summary>
    void Started(EventSourceMapping mapping)
    {
    }

    /// <summary>A batch is about to be handed to the function, for the first time or again.</summary>
    void Delivering(EventSourceMapping mapping, ReadOnlySpan<KinesisRecord> batch)
    {
    }

    /// <summary>A record came to its end.</summary>
    void Ended(EventSourceMapping mapping, string shardId, SequenceNumber sequenceNumber, RecordOutcome outcome);
}
