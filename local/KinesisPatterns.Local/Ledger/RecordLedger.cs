using KinesisPatterns.Local.Kinesis;
using KinesisPatterns.Local.Ledger;

namespace KinesisPatterns.Local;

/// <summary>
/// Follows every record that a stream accepts to its end in each of the stream's readers: processed, let by by a filter, or
/// given up and kept with its payload; and sees that records of a partition key are handed on in order.
/// </summary>
/// <remarks>
/// A host keeps one for its streams and event source mappings. A reader of another kind, such as a consumer of one's own,
/// takes part through <c>Reads</c>, <c>Delivering</c>, <c>Ended</c> and <c>Kept</c>.
/// </remarks>
public sealed class RecordLedger
{
    /// <summary>Findings of a rule that a report shows; it counts all.</summary>
    public const int FindingsShown = 20;

    private readonly Lock _lock = new();
    private readonly int _kept;
    private readonly Dictionary<string, LedgerStream> _streams = new(StringComparer.Ordinal);
    private readonly Dictionary<LedgerRule, long> _broken = [];
    private readonly List<LedgerFinding> _findings = [];
    private readonly long[] _ends = new long[Enum.GetValues<LedgerEnd>().Length];
    private readonly Queue<LedgerRecord> _settled = new();
    private long _records;

    /// <summary>Starts a ledger.</summary>
    /// <param name="kept">
    /// How many records that came to all their ends are kept to be looked at; the others are only counted. Those that have
    /// not ended are always kept.
    /// </param>
    public RecordLedger(int kept = 100_000) => _kept = kept;

    /// <summary>Records that have not come to an end in one of their readers.</summary>
    public long Open
    {
        get
        {
            lock (_lock)
            {
                return _streams.Values.Sum(s => s.Readers.Sum(r => r.Open));
            }
        }
    }

    /// <summary>Announces a reader of a stream: it owes an end to every record that the stream accepts from now on.</summary>
    /// <param name="reader">Its name, as reports show it.</param>
    /// <param name="stream">The name of the stream.</param>
    /// <param name="keepsOrder">Whether it promises the order of each partition key.</param>
    public void Reads(string reader, string stream, bool keepsOrder = true)
    {
        lock (_lock)
        {
            StreamOf(stream).ReaderOf(reader, keepsOrder);
        }
    }

    /// <summary>A stream accepted a record.</summary>
    public void Put(string stream, string shardId, string sequenceNumber, string partitionKey) =>
        Put(stream, shardId, NumberOf(sequenceNumber), partitionKey);

    /// <summary>Records are about to be handed to a reader, in this order; also when it is not the first time.</summary>
    public void Delivering(string reader, string stream, IEnumerable<string> sequenceNumbers)
    {
        lock (_lock)
        {
            if (FindReader(reader, stream) is var (known, of))
            {
                known.Begin();
                foreach (var number in sequenceNumbers)
                {
                    Deliver(known, of, NumberOf(number));
                }
            }
        }
    }

    /// <summary>A record came to an end in a reader.</summary>
    public void Ended(string reader, string stream, string sequenceNumber, LedgerEnd end, string? reason = null) =>
        Ended(reader, stream, NumberOf(sequenceNumber), end, reason);

    /// <summary>A failure destination took the payload of a record that a reader gave up, or is giving up.</summary>
    public void Kept(string reader, string stream, string sequenceNumber) => Kept(reader, stream, NumberOf(sequenceNumber));

    /// <summary>What is known of a record; null when it was never accepted or is no longer kept.</summary>
    public LedgerEntry? Find(string stream, string sequenceNumber)
    {
        lock (_lock)
        {
            return _streams.GetValueOrDefault(stream)?.Records.GetValueOrDefault(NumberOf(sequenceNumber))?.ToEntry();
        }
    }

    /// <summary>The records that are kept, oldest first within a stream and key.</summary>
    public IReadOnlyList<LedgerEntry> Entries()
    {
        lock (_lock)
        {
            return [.. from stream in _streams.Values from record in stream.Records.Values orderby record.Order select record.ToEntry()];
        }
    }

    /// <summary>
    /// Says where every record is. Ask when nothing is on its way: a record that has not ended then never will.
    /// </summary>
    public LedgerReport Check(LedgerExpectations? expectations = null)
    {
        lock (_lock)
        {
            var (broken, findings) = (new Dictionary<LedgerRule, long>(_broken), new List<LedgerFinding>(_findings));
            foreach (var stream in _streams.Values)
            {
                foreach (var record in stream.Records.Values.OrderBy(r => r.Order))
                {
                    foreach (var (rule, reader, detail) in LedgerAudit.Of(stream, record, expectations))
                    {
                        Note(broken, findings, rule, reader, record, detail);
                    }
                }
            }

            var ends = Enum.GetValues<LedgerEnd>().Where(e => e != LedgerEnd.None).ToDictionary(e => e, e => _ends[(int)e]);
            return new(_records, ends, _streams.Values.Sum(s => s.Readers.Sum(r => r.Open)), broken, findings);
        }
    }

    internal void Put(string stream, string shardId, SequenceNumber number, string partitionKey)
    {
        lock (_lock)
        {
            Add(stream, shardId, number, partitionKey, _records, isOld: false);
        }
    }

    /// <summary>Adds records that were there before the reader was, the newest first.</summary>
    internal void PutOld(string stream, IEnumerable<(string ShardId, SequenceNumber Number, string PartitionKey)> newestFirst)
    {
        lock (_lock)
        {
            foreach (var (shardId, number, key) in newestFirst)
            {
                Add(stream, shardId, number, key, -_records - 1, isOld: true);
            }
        }
    }

    /// <summary>Whether a record of the stream is of any interest.</summary>
    internal bool IsRead(string stream)
    {
        lock (_lock)
        {
            return _streams.TryGetValue(stream, out var known) && known.Readers.Count > 0;
        }
    }

    internal void Delivering(string reader, string stream, ReadOnlySpan<KinesisRecord> batch)
    {
        lock (_lock)
        {
            if (FindReader(reader, stream) is var (known, of))
            {
                known.Begin();
                foreach (ref readonly var record in batch)
                {
                    Deliver(known, of, record.SequenceNumber);
                }
            }
        }
    }

    internal void Ended(string reader, string stream, SequenceNumber number, LedgerEnd end, string? reason)
    {
        lock (_lock)
        {
            if (FindReader(reader, stream) is not var (known, of) || of.Records.GetValueOrDefault(number) is not { } record)
            {
                return;
            }

            if (record.End(known, end, reason))
            {
                _ends[(int)end]++;
                if (end == LedgerEnd.Dropped)
                {
                    Note(_broken, _findings, LedgerRule.Dropped, reader, record, reason ?? "no reason was given");
                }
                else if (end == LedgerEnd.Failed && !record.FateIn(known).HasPayload)
                {
                    Note(_broken, _findings, LedgerRule.PayloadMissing, reader, record, $"given up ({reason}), and nothing was kept of it");
                }
            }

            if (record.Owed == 0)
            {
                Settle(record);
            }
        }
    }

    internal void Kept(string reader, string stream, SequenceNumber number)
    {
        lock (_lock)
        {
            if (FindReader(reader, stream) is var (known, of) && of.Records.GetValueOrDefault(number) is { } record)
            {
                record.Keep(known);
            }
        }
    }

    private static SequenceNumber NumberOf(string text) => SequenceNumber.TryParse(text, out var number)
        ? number
        : throw new ArgumentException($"sequenceNumber: expected one that a stream of the local host gave, got '{text}'", nameof(text));

    private void Deliver(LedgerReader reader, LedgerStream stream, SequenceNumber number)
    {
        if (stream.Records.GetValueOrDefault(number) is { } record && record.Deliver(reader) is { } earlier)
        {
            Note(_broken, _findings, LedgerRule.OutOfOrder, reader.Name, record, $"{earlier.ShardId} {earlier.Number} of the same key had not ended");
        }
    }

    private LedgerStream StreamOf(string name) => _streams.TryGetValue(name, out var stream) ? stream : _streams[name] = new(name);

    private (LedgerReader Reader, LedgerStream Stream)? FindReader(string reader, string stream) =>
        _streams.GetValueOrDefault(stream) is { } of && of.Readers.Find(r => r.Name == reader) is { } known ? (known, of) : null;

    private void Add(string stream, string shardId, SequenceNumber number, string partitionKey, long order, bool isOld)
    {
        var of = StreamOf(stream);
        if (of.Records.ContainsKey(number))
        {
            return;
        }

        _records++;
        var record = new LedgerRecord(of, shardId, number, partitionKey, order, isOld);
        if (record.Owed > 0)
        {
            of.Records[number] = record;
        }
    }

    // Only so many of those that are through: memory does not grow with the length of a run.
    private void Settle(LedgerRecord record)
    {
        if (!record.IsSettled)
        {
            record.IsSettled = true;
            _settled.Enqueue(record);
        }

        while (_settled.Count > _kept)
        {
            var oldest = _settled.Dequeue();
            oldest.Stream.Records.Remove(oldest.Number);
        }
    }

    private static void Note(
        Dictionary<LedgerRule, long> broken, List<LedgerFinding> findings, LedgerRule rule, string reader, LedgerRecord record, string detail)
    {
        if ((broken[rule] = broken.GetValueOrDefault(rule) + 1) <= FindingsShown)
        {
            findings.Add(new(rule, reader, record.Stream.Name, record.ShardId, record.Number.ToString(), record.PartitionKey, detail));
        }
    }
}
