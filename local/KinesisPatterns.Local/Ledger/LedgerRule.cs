namespace KinesisPatterns.Local;

/// <summary>What a <see cref="RecordLedger"/> holds against a pipeline.</summary>
public enum LedgerRule
{
    /// <summary>The record was accepted and has come to no end in a reader.</summary>
    NoEnd,

    /// <summary>The record waits behind one that its reader tries without end.</summary>
    Blocked,

    /// <summary>The record left the stream before a reader was through with it.</summary>
    Expired,

    /// <summary>The reader gave the record up and kept it nowhere.</summary>
    Dropped,

    /// <summary>The reader gave the record up, and its failure destination holds no payload of it.</summary>
    PayloadMissing,

    /// <summary>The reader gave up a record that could have been processed.</summary>
    FailedNeedlessly,

    /// <summary>The record was handed to the reader before an earlier one of its partition key had ended.</summary>
    OutOfOrder,

    /// <summary>The reader says that it processed the record, and its effect is not there.</summary>
    EffectMissing,

    /// <summary>The effect of the record is there more than once.</summary>
    EffectRepeated,

    /// <summary>The record was rejected or given up, and its effect is there all the same.</summary>
    EffectUnexpected,
}
