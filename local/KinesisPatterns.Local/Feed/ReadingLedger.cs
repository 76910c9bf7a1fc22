namespace KinesisPatterns.Local.Feed;

/// <summary>Where the readings went.</summary>
/// <param name="Records">Records put.</param>
/// <param name="Readings">Readings in them.</param>
/// <param name="Stored">Readings that are in the series store.</param>
/// <param name="Rejected">Readings that were rejected with a reason.</param>
/// <param name="Failed">Readings kept, payload included, in a failure destination.</param>
/// <param name="Lost">Readings found nowhere.</param>
/// <param name="Missing">The first of them, by shard, sequence number and what they were.</param>
/// <param name="Reasons">Rejected readings by reason.</param>
internal sealed record ReadingAccount(
    long Records, long Readings, long Stored, long Rejected, long Failed, long Lost, IReadOnlyList<string> Missing, IReadOnlyDictionary<string, long> Reasons);

/// <summary>Follows every reading that was put to where it ends: stored, rejected with a reason, or kept with its payload as failed.</summary>
/// <param name="isStored">Whether the series store holds the reading.</param>
internal sealed class ReadingLedger(Func<ReadingKey, bool> isStored) : IReadingLedger
{
    private const int MissingToName = 10;

    private readonly record struct Id(string ShardId, string SequenceNumber, int Sub);

    private readonly Lock _lock = new();
    private readonly Dictionary<Id, ReadingKey?> _open = [];
    // Kept for the run: a rejection may come before the answer to its PutRecords, and it may come twice.
    private readonly HashSet<Id> _rejectedIds = [];
    private readonly HashSet<(string ShardId, string SequenceNumber)> _failedIds = [];
    private readonly HashSet<ReadingKey> _failedKeys = [];
    private readonly SortedDictionary<string, long> _reasons = new(StringComparer.Ordinal);
    private long _records;
    private long _readings;
    private long _stored;
    private long _rejected;
    private long _failed;

    public long Readings => Interlocked.Read(ref _readings);

    public long Rejected => Interlocked.Read(ref _rejected);

    public long Failed => Interlocked.Read(ref _failed);

    public IReadOnlyDictionary<string, long> Reasons
    {
        get
        {
            lock (_lock)
            {
                return new Dictionary<string, long>(_reasons);
            }
        }
    }

    public void Put(string shardId, string sequenceNumber, FedRecord record)
    {
        lock (_lock)
        {
            _records++;
            _readings += record.Readings.Count;
            var failed = _failedIds.Contains((shardId, sequenceNumber));
            foreach (var (sub, key) in record.Readings.Index())
            {
                var id = new Id(shardId, sequenceNumber, sub);
                if (failed)
                {
                    _failed++;
                }
                else if (!_rejectedIds.Contains(id))
                {
                    _open[id] = key;
                }
            }
        }
    }

    /// <summary>A reading came out on the stream of rejected readings; one that came out before is the same one again.</summary>
    public void OnRejected(string shardId, string sequenceNumber, int sub, string reason)
    {
        lock (_lock)
        {
            var id = new Id(shardId, sequenceNumber, sub);
            _open.Remove(id);
            if (_rejectedIds.Add(id))
            {
                _rejected++;
                _reasons[reason] = _reasons.GetValueOrDefault(reason) + 1;
            }
        }
    }

    /// <summary>A raw record came to rest in a failure destination.</summary>
    public void OnFailed(string shardId, string sequenceNumber)
    {
        lock (_lock)
        {
            var ids = _open.Keys.Where(i => i.ShardId == shardId && i.SequenceNumber == sequenceNumber).ToList();
            ids.ForEach(i => _open.Remove(i));
            _failed += ids.Count;
            _failedIds.Add((shardId, sequenceNumber));
        }
    }

    /// <summary>A cleansed reading came to rest in a failure destination.</summary>
    public void OnFailed(ReadingKey key)
    {
        lock (_lock)
        {
            _failedKeys.Add(key);
        }
    }

    /// <summary>Whether a cleansed reading came to rest in a failure destination.</summary>
    public bool IsFailed(ReadingKey key)
    {
        lock (_lock)
        {
            return _failedKeys.Contains(key);
        }
    }

    /// <summary>Takes every reading whose end is known off the books.</summary>
    public void Settle()
    {
        lock (_lock)
        {
            foreach (var (id, key) in _open.ToList())
            {
                if (key is { } known && isStored(known))
                {
                    _open.Remove(id);
                    _stored++;
                }
                else if (key is { } kept && _failedKeys.Contains(kept))
                {
                    _open.Remove(id);
                    _failed++;
                }
            }
        }
    }

    public ReadingAccount Close()
    {
        Settle();
        lock (_lock)
        {
            var missing = _open.Take(MissingToName)
                .Select(o => $"{o.Key.ShardId} {o.Key.SequenceNumber}/{o.Key.Sub} {(o.Value is { } key ? $"{key.Device} {key.Metric} {ReadingJson.Iso(key.Milliseconds)}" : "(unreadable)")}");
            return new(_records, _readings, _stored, _rejected, _failed, _open.Count, [.. missing], new Dictionary<string, long>(_reasons));
        }
    }
}
