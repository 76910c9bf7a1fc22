using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using KinesisPatterns.Local.State;

namespace KinesisPatterns.Local.Kinesis;

/// <summary>A data stream: its settings, its shards and the way a partition key takes to one of them.</summary>
internal sealed class KinesisStream
{
    private const int OnDemandShards = 4;

    private readonly KinesisOptions _options;
    private readonly Pulse _resharded = new();
    private volatile Shard[] _open;
    private ITimer? _transition;
    private long _records;
    private long _bytes;
    private long _throttled;

    internal KinesisStream(string name, StreamSettings settings, KinesisOptions options)
    {
        _options = options;
        Name = name;
        Arn = $"arn:aws:kinesis:{options.Region}:{options.AccountId}:stream/{name}";
        Settings = settings;
        CreatedAt = options.Time.GetUtcNow();
        Mode = settings.Shards is null ? "ON_DEMAND" : "PROVISIONED";
        _open = [.. HashRange.Uniform(settings.Shards ?? OnDemandShards)
            .Select((range, i) => new Shard(this, i, range, CreatedAt.ToUnixTimeSeconds()))];
        Shards = [.. _open];
        NextShardIndex = Shards.Length;
        TagOperations.Add(Tags, settings.Tags);
        Scaling = new(this);
        Save();
        foreach (var shard in _open)
        {
            shard.KeepIn(options.Store);
        }
    }

    /// <summary>The stream as it was kept, records included.</summary>
    internal KinesisStream(StoredStream stored, KinesisOptions options)
    {
        _options = options;
        Name = stored.Name;
        Arn = $"arn:aws:kinesis:{options.Region}:{options.AccountId}:stream/{stored.Name}";
        Settings = stored.Settings;
        CreatedAt = stored.CreatedAt;
        Mode = stored.Mode;
        NextShardIndex = stored.NextShardIndex;
        var shards = new Dictionary<int, Shard>();
        foreach (var shard in stored.Shards)
        {
            // A parent without records left is no more.
            var parents = shard.Parents.Select(shards.GetValueOrDefault).OfType<Shard>().ToArray();
            var range = new HashRange(UInt128.Parse(shard.Start, CultureInfo.InvariantCulture), UInt128.Parse(shard.End, CultureInfo.InvariantCulture));
            shards[shard.Index] = new(this, shard.Index, range, shard.CreatedSecond, parents);
        }

        foreach (var shard in stored.Shards)
        {
            shards[shard.Index].Restore(options.Store!, shard.ClosedAt, [.. shards.Values.Where(s => s.Parents.Contains(shards[shard.Index]))]);
        }

        Shards = [.. shards.Values.OrderBy(s => s.Index)];
        _open = [.. Shards.Where(s => !s.IsClosed).OrderBy(s => s.HashRange.Start)];
        _records = Shards.Sum(s => s.Kept);
        Consumers.AddRange(stored.Consumers.Select(c =>
        {
            var consumer = new StreamConsumer(this, c.Name, c.CreatedAt, c.CreatedAt);
            TagOperations.Add(consumer.Tags, c.Tags);
            return consumer;
        }));
        TagOperations.Add(Tags, stored.Tags);
        Scaling = new(this);
    }

    /// <summary>The name within the account and region.</summary>
    public string Name { get; }

    /// <summary>The ARN.</summary>
    public string Arn { get; }

    /// <summary>When the stream was created.</summary>
    public DateTimeOffset CreatedAt { get; }

    /// <summary>What can be changed while the stream lives.</summary>
    public StreamSettings Settings { get; internal set; }

    /// <summary>ON_DEMAND or PROVISIONED.</summary>
    public string Mode { get; internal set; }

    /// <summary>CREATING, ACTIVE, UPDATING or DELETING.</summary>
    public string Status { get; private set; } = "ACTIVE";

    /// <summary>Whether records can be put and read: also while the stream is changed or deleted.</summary>
    public bool IsServing { get; private set; } = true;

    /// <summary>Every shard that still holds records or takes them, by number.</summary>
    public ImmutableArray<Shard> Shards { get; private set; }

    /// <summary>The shards that take records, by hash key.</summary>
    public IReadOnlyList<Shard> OpenShards => _open;

    /// <summary>Records stored since the stream was created.</summary>
    public long RecordsPut => Interlocked.Read(ref _records);

    /// <summary>Bytes of data and partition keys stored since the stream was created.</summary>
    public long BytesPut => Interlocked.Read(ref _bytes);

    /// <summary>Records and reads refused because a shard was above its throughput.</summary>
    public long Throttled => Interlocked.Read(ref _throttled);

    /// <summary>
    /// A task that ends when a shard is added or the stream is deleted; look again after asking for it.
    /// </summary>
    public Task NextReshard() => _resharded.Next();

    /// <summary>Whether the stream was deleted.</summary>
    public bool IsDeleted { get; private set; }

    /// <summary>The stream as the errors of the API name it.</summary>
    internal string Title => $"{Name} under account {_options.AccountId}";

    internal bool EnforcesQuotas => _options.EnforceQuotas;

    internal bool IsEncrypted => Settings.KeyId is not null;

    internal IStreamObserver? Observer => _options.Observer;

    internal long Now => _options.Time.GetUtcNow().ToUnixTimeMilliseconds();

    internal long Horizon => Now - (Settings.RetentionHours * 3_600_000L);

    /// <summary>Guards what changes shards and settings.</summary>
    internal Lock Gate { get; } = new();

    internal int NextShardIndex { get; private set; }

    internal List<StreamConsumer> Consumers { get; } = [];

    internal Dictionary<string, string> Tags { get; } = [];

    internal OnDemandScaling Scaling { get; }

    internal DailyBudget ShardCountUpdates { get; } = new("UpdateShardCount", 10);

    internal DailyBudget ModeUpdates { get; } = new("UpdateStreamMode", 2);

    internal DailyBudget EncryptionStarts { get; } = new("StartStreamEncryption", 25);

    /// <summary>Puts one record; the quotas hold here too.</summary>
    public PutResult Put(string partitionKey, ReadOnlySpan<byte> data, UInt128? explicitHashKey = null)
    {
        var key = Encoding.UTF8.GetBytes(partitionKey);
        var result = Put(key, data, explicitHashKey, Now);
        result.Shard.Notify();
        return result;
    }

    /// <summary>The shard of a name; null when there is none.</summary>
    public Shard? FindShard(string shardId)
    {
        foreach (var shard in Shards)
        {
            if (shard.Id == shardId)
            {
                return shard;
            }
        }

        return null;
    }

    internal PutResult Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> data, UInt128? explicitHashKey, long now)
    {
        var hash = explicitHashKey ?? KeyHash.Of(key);
        while (true)
        {
            var shard = Route(hash);
            switch (shard.Append(key, data, now, out var number))
            {
                case PutOutcome.Stored:
                    Interlocked.Increment(ref _records);
                    Interlocked.Add(ref _bytes, key.Length + data.Length);
                    return new(shard, number, IsThrottled: false);
                case PutOutcome.Throttled:
                    CountThrottled();
                    return new(shard, default, IsThrottled: true);
                case PutOutcome.Closed when IsDeleted:
                    throw KinesisException.NotFound($"Stream {Title} not found.");
                default:
                    // Closed between routing and storing: its children are in the table by now.
                    continue;
            }
        }
    }

    internal void NotifyReaders()
    {
        foreach (var shard in _open)
        {
            shard.Notify();
        }
    }

    internal void CountThrottled() => Interlocked.Increment(ref _throttled);

    /// <summary>The stream, which has to be active.</summary>
    internal KinesisStream Active() => Status == "ACTIVE"
        ? this
        : throw KinesisException.InUse($"Stream {Title} not ACTIVE, instead in state {Status}");

    /// <summary>
    /// Changes the stream: at once, or after it was in a state for as long as the options say; the caller holds <see cref="Gate"/>.
    /// </summary>
    internal void Become(string status, Action done)
    {
        if (_options.Transition <= TimeSpan.Zero)
        {
            Finish(done);
            return;
        }

        (Status, IsServing) = (status, status != "CREATING");
        _transition?.Dispose();
        _transition = _options.Time.CreateTimer(_ => Settle(done), null, _options.Transition, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Replaces shards by others that own the same keys; the caller holds <see cref="Gate"/>.</summary>
    internal void Replace(Shard[] closing, Shard[] added)
    {
        // What is kept comes first: a record in a shard that nobody knows any more would be lost.
        var now = Now;
        _options.Store?.Save(StreamStore.Describe(this, closing, added, now));
        Array.ForEach(added, shard => shard.KeepIn(_options.Store));
        Shards = Shards.AddRange(added);
        NextShardIndex += added.Length;
        _open = [.. _open.Except(closing).Concat(added).OrderBy(s => s.HashRange.Start)];
        foreach (var shard in closing)
        {
            shard.Close(now, [.. added.Where(a => a.Parents.Contains(shard))]);
        }

        _resharded.Fire();
    }

    /// <summary>Lets go of expired records, and of closed shards without any.</summary>
    internal void Trim()
    {
        lock (Gate)
        {
            var horizon = Horizon;
            var gone = Shards.RemoveAll(shard => !(shard.Trim(horizon) && shard.ClosedAt < horizon));
            if (gone.Length > 0)
            {
                Shards = Shards.RemoveRange(gone);
                Save();
                foreach (var shard in gone)
                {
                    shard.Release();
                    _options.Store?.Remove(shard);
                }
            }
        }
    }

    internal void Delete()
    {
        lock (Gate)
        {
            IsDeleted = true;
            _transition?.Dispose();
            Array.ForEach(_open, shard => shard.Close(Now, []));
            _resharded.Fire();
        }
    }

    /// <summary>Keeps what the stream is, other than its records.</summary>
    internal void Save() => _options.Store?.Save(StreamStore.Describe(this, [], [], Now));

    /// <summary>Lets go of the files; the stream takes nothing any more.</summary>
    internal void Release()
    {
        foreach (var shard in Shards)
        {
            shard.Release();
        }
    }

    private void Settle(Action done)
    {
        lock (Gate)
        {
            if (!IsDeleted)
            {
                (Status, IsServing) = ("ACTIVE", true);
                Finish(done);
            }
        }
    }

    private void Finish(Action done)
    {
        done();
        if (!IsDeleted)
        {
            Save();
        }
    }

    private Shard Route(UInt128 hash)
    {
        var open = _open;
        var (low, high) = (0, open.Length - 1);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = open[middle].HashRange.End < hash ? (middle + 1, high) : (low, middle);
        }

        return open[low];
    }
}

/// <summary>Where a record went, or that its shard was busy.</summary>
internal readonly record struct PutResult(Shard Shard, SequenceNumber SequenceNumber, bool IsThrottled);
