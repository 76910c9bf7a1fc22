using System.Runtime.CompilerServices;
using System.Text.Json;
using KinesisPatterns.ReadModel;

namespace KinesisPatterns.Replay.Tests;

/// <summary>
/// An archive, a stream, a projection and two read models in memory. At every step of a replay, events may be added, the projection may move on, and the
/// replay may be killed.
/// </summary>
internal sealed class World : IEventArchive, IEventStream, IReadModelSwitch, ICheckpoints
{
    private readonly Dictionary<string, (DateTimeOffset Modified, List<string> Lines)> _objects = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Shard> _shards = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Exception> _spoilt = new(StringComparer.Ordinal);
    private string? _checkpoint;

    public TestTable Current { get; } = new("orders");

    public TestTable Target { get; } = new("orders-2");

    public ReadModelTables Tables { get; set; } = new("orders", null);

    /// <summary>Called at every step; may throw.</summary>
    public Action Step { get; set; } = () => { };

    public List<string> Malformed { get; } = [];

    public List<string> Reads { get; } = [];

    public DateTimeOffset Now { get; set; } = DateTimeOffset.UtcNow;

    public void AddShard(string id, params string[] parents) => _shards[id] = new(parents);

    public void Close(string id) => _shards[id].IsClosed = true;

    public void Put(string shard, params IEnumerable<string> events) => _shards[shard].Records.AddRange(events);

    public void Trim(string shard, int count) => _shards[shard].Trimmed = count;

    public void Archive(string key, params IEnumerable<string> lines) => _objects[key] = (Now, [.. lines]);

    /// <summary>Makes an object one that breaks off.</summary>
    public void Spoil(string key, Exception error) => _spoilt[key] = error;

    public void Mend(string key) => _spoilt.Remove(key);

    /// <summary>What the projection does with a batch that was handed to it when the tables were these.</summary>
    public void Project(ReadModelTables tables, IEnumerable<string> events)
    {
        foreach (var name in tables.Written)
        {
            var updater = new ReadModelUpdater(name == Current.Name ? Current : Target);
            foreach (var group in events.Select(text => DomainEvent.Parse(OrderEvents.Bytes(text))).GroupBy(read => read.Key))
            {
                updater.ApplyAsync([.. group], CancellationToken.None).GetAwaiter().GetResult();
            }
        }
    }

    public Task<ReplayProgress> ReplayAsync(bool switches = true, TimeSpan patience = default, IProgress<ReplayProgress>? progress = null) =>
        Run(patience).RunAsync(switches, progress, TestContext.Current.CancellationToken);

    public ReplayRun Run(TimeSpan patience = default)
    {
        Current.Before = Target.Before = _ => Step();
        return new(new()
        {
            Archive = this,
            Stream = this,
            Target = Target,
            Open = name => name == Current.Name ? Current : Target,
            Alias = this,
            Checkpoints = this,
            OnMalformed = Malformed.Add,
            Patience = patience,
        });
    }

    async IAsyncEnumerable<ArchiveObject> IEventArchive.ListAsync(string? after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        Step();
        await Task.CompletedTask;
        foreach (var (key, (modified, _)) in _objects.OrderBy(one => one.Key, StringComparer.Ordinal).ToArray())
        {
            if (after is null || string.CompareOrdinal(key, after) > 0)
            {
                yield return new(key, modified);
            }
        }
    }

    async IAsyncEnumerable<string> IEventArchive.ReadAsync(string key, [EnumeratorCancellation] CancellationToken cancellation)
    {
        Step();
        await Task.CompletedTask;
        Reads.Add(key);
        foreach (var line in _objects[key].Lines)
        {
            yield return line;
        }

        if (_spoilt.GetValueOrDefault(key) is { } error)
        {
            throw error;
        }
    }

    Task<IReadOnlyList<EventShard>> IEventStream.ShardsAsync(CancellationToken cancellation)
    {
        Step();
        return Task.FromResult<IReadOnlyList<EventShard>>([.. _shards.Select(shard => new EventShard(shard.Key, shard.Value.Parents))]);
    }

    Task<EventPage> IEventStream.ReadAsync(string shard, string? after, CancellationToken cancellation)
    {
        Step();
        var read = _shards[shard];
        var from = Math.Max(read.Trimmed, after is null ? 0 : int.Parse(after, System.Globalization.CultureInfo.InvariantCulture));
        var events = read.Records.Skip(from).Take(7).ToArray();
        var isTip = from + events.Length == read.Records.Count;
        return Task.FromResult(new EventPage(
            [.. events.Select(text => (ReadOnlyMemory<byte>)OrderEvents.Bytes(text))],
            events.Length == 0 ? null : $"{from + events.Length}",
            isTip && read.IsClosed,
            isTip));
    }

    Task<ReadModelTables> IReadModelAlias.ResolveAsync(CancellationToken cancellation) => Task.FromResult(Tables);

    Task IReadModelSwitch.ChangeAsync(ReadModelTables before, ReadModelTables after, CancellationToken cancellation)
    {
        Step();
        Assert.Equal(before, Tables);
        Tables = after;
        return Task.CompletedTask;
    }

    // As text, so that nothing of a replay that was killed is left in memory.
    Task<Checkpoint?> ICheckpoints.LoadAsync(CancellationToken cancellation) =>
        Task.FromResult(_checkpoint is null ? null : JsonSerializer.Deserialize(_checkpoint, CheckpointJson.Default.Checkpoint));

    Task ICheckpoints.SaveAsync(Checkpoint checkpoint, CancellationToken cancellation)
    {
        Step();
        _checkpoint = JsonSerializer.Serialize(checkpoint, CheckpointJson.Default.Checkpoint);
        return Task.CompletedTask;
    }

    private sealed class Shard(string[] parents)
    {
        public string[] Parents => parents;

        public List<string> Records { get; } = [];

        public int Trimmed { get; set; }

        public bool IsClosed { get; set; }
    }
}
