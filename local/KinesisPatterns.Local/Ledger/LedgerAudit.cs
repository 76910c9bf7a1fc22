namespace KinesisPatterns.Local.Ledger;

/// <summary>Looks at one record for what is only known when nothing is on its way any more.</summary>
internal static class LedgerAudit
{
    // As often as this, a reader that has not given up never will.
    private const int Endless = 10;

    public static IEnumerable<(LedgerRule Rule, string Reader, string Detail)> Of(
        LedgerStream stream, LedgerRecord record, LedgerExpectations? expectations)
    {
        LedgerEntry? entry = null;
        foreach (var reader in record.Readers)
        {
            var fate = record.FateIn(reader);
            if (fate.End == LedgerEnd.None)
            {
                yield return Unfinished(reader, record, fate);
            }

            if (expectations is null)
            {
                continue;
            }

            entry ??= record.ToEntry();
            if (fate.End is LedgerEnd.Failed or LedgerEnd.Dropped && expectations.MayFail?.Invoke(entry, reader.Name) is false)
            {
                yield return (LedgerRule.FailedNeedlessly, reader.Name, $"given up ({fate.Reason}) although nothing is wrong with it");
            }

            if (expectations.EffectsOf?.Invoke(entry, reader.Name) is { } effects && Effect(fate, effects) is var (rule, detail))
            {
                yield return (rule, reader.Name, detail);
            }
        }
    }

    private static (LedgerRule Rule, string Reader, string Detail) Unfinished(LedgerReader reader, LedgerRecord record, LedgerFate fate)
    {
        var first = reader.FirstOf(record.PartitionKey);
        return fate.Deliveries >= Endless ? (LedgerRule.Blocked, reader.Name, $"tried {fate.Deliveries} times and not given up")
            : first is not null && first != record && first.FateIn(reader).Deliveries >= Endless
                ? (LedgerRule.Blocked, reader.Name, $"waits behind {first.Number}, which was tried {first.FateIn(reader).Deliveries} times")
                : (LedgerRule.NoEnd, reader.Name, $"handed to the reader {fate.Deliveries} times and not ended");
    }

    private static (LedgerRule Rule, string Detail)? Effect(LedgerFate fate, int effects) => (fate.End, effects) switch
    {
        (LedgerEnd.Processed, 0) => (LedgerRule.EffectMissing, "processed, and its effect is not there"),
        (LedgerEnd.Filtered, > 0) => (LedgerRule.EffectUnexpected, "let by by the filter, and its effect is there"),
        (_, > 1) => (LedgerRule.EffectRepeated, $"its effect is there {effects} times"),
        _ => null,
    };
}
