using KinesisPatterns.Local.Kinesis;

namespace KinesisPatterns.Local.Ledger;

/// <summary>A stream and its readers.</summary>
internal sealed class LedgerStream(string name)
{
    public string Name => name;

    public List<LedgerReader> Readers { get; } = [];

    public Dictionary<SequenceNumber, LedgerRecord> Records { get; } = [];

    public LedgerReader ReaderOf(string reader, bool keepsOrder)
    {
        if (Readers.Find(r => r.Name == reader) is { } known)
        {
            return known;
        }

        var added = new LedgerReader(reader, Readers.Count, keepsOrder);
        Readers.Add(added);
        return added;
    }
}

/// <summary>A reader of a stream and the records that it owes an end to, by partition key and in order.</summary>
internal sealed class LedgerReader(string name, int index, bool keepsOrder)
{
    private readonly Dictionary<string, LinkedList<LedgerRecord>> _open = new(StringComparer.Ordinal);
    private readonly Dictionary<string, LinkedListNode<LedgerRecord>> _delivered = new(StringComparer.Ordinal);

    public string Name => name;

    public int Index => index;

    public long Open { get; private set; }

    /// <summary>A new batch begins.</summary>
    public void Begin() => _delivered.Clear();

    public LinkedListNode<LedgerRecord> Add(LedgerRecord record, bool isOld)
    {
        Open++;
        var records = _open.TryGetValue(record.PartitionKey, out var known) ? known : _open[record.PartitionKey] = new();
        return isOld ? records.AddFirst(record) : records.AddLast(record);
    }

    public void Remove(LinkedListNode<LedgerRecord> node)
    {
        Open--;
        var (records, key) = (node.List!, node.Value.PartitionKey);
        if (_delivered.TryGetValue(key, out var at) && at == node)
        {
            _delivered.Remove(key);
        }

        records.Remove(node);
        if (records.Count == 0)
        {
            _open.Remove(key);
        }
    }

    /// <summary>The record of the key that had to come first; null when it was this one.</summary>
    public LedgerRecord? Deliver(LinkedListNode<LedgerRecord> node)
    {
        var key = node.Value.PartitionKey;
        var due = _delivered.TryGetValue(key, out var last) ? last.Next : node.List!.First;
        _delivered[key] = node;
        return keepsOrder && due != node ? due?.Value : null;
    }

    /// <summary>The record of the key that the reader is at.</summary>
    public LedgerRecord? FirstOf(string partitionKey) => _open.GetValueOrDefault(partitionKey)?.First?.Value;
}

/// <summary>An accepted record.</summary>
internal sealed class LedgerRecord
{
    private readonly Fate[] _fates;

    public LedgerRecord(LedgerStream stream, string shardId, SequenceNumber number, string partitionKey, long order, bool isOld)
    {
        (Stream, ShardId, Number, PartitionKey, Order) = (stream, shardId, number, partitionKey, order);
        _fates = new Fate[stream.Readers.Count];
        foreach (var reader in stream.Readers)
        {
            _fates[reader.Index].Node = reader.Add(this, isOld);
        }

        Owed = _fates.Length;
    }

    public LedgerStream Stream { get; }

    public string ShardId { get; }

    public SequenceNumber Number { get; }

    public string PartitionKey { get; }

    public long Order { get; }

    /// <summary>Readers in which it has not ended.</summary>
    public int Owed { get; private set; }

    public bool IsSettled { get; set; }

    /// <summary>The readers that owe it an end, or have given one.</summary>
    public IEnumerable<LedgerReader> Readers => Stream.Readers.Take(_fates.Length);

    /// <summary>Hands it to a reader; the answer is the earlier record of its key that had to end before.</summary>
    public LedgerRecord? Deliver(LedgerReader reader)
    {
        if (reader.Index >= _fates.Length)
        {
            return null;
        }

        ref var fate = ref _fates[reader.Index];
        fate.Deliveries++;
        return fate.Node is { } node ? reader.Deliver(node) : null;
    }

    /// <summary>Ends it in a reader; false when it had ended there: what was processed before stays so.</summary>
    public bool End(LedgerReader reader, LedgerEnd end, string? reason)
    {
        if (reader.Index >= _fates.Length || _fates[reader.Index].Node is not { } node)
        {
            return false;
        }

        ref var fate = ref _fates[reader.Index];
        (fate.End, fate.Reason, fate.Node) = (end, reason, null);
        reader.Remove(node);
        Owed--;
        return true;
    }

    public void Keep(LedgerReader reader)
    {
        if (reader.Index < _fates.Length)
        {
            _fates[reader.Index].HasPayload = true;
        }
    }

    public LedgerFate FateIn(LedgerReader reader)
    {
        ref var fate = ref _fates[reader.Index];
        return new(fate.End, fate.Reason, fate.Deliveries, fate.HasPayload);
    }

    public LedgerEntry ToEntry() =>
        new(Stream.Name, ShardId, Number.ToString(), PartitionKey, Readers.ToDictionary(r => r.Name, FateIn));

    private struct Fate
    {
        public LedgerEnd End;
        public string? Reason;
        public int Deliveries;
        public bool HasPayload;
        public LinkedListNode<LedgerRecord>? Node;
    }
}
