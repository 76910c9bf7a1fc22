using System.Buffers.Binary;
using System.Text;
using KinesisPatterns.Local.Kinesis;
using KinesisPatterns.Local.Lambda;

namespace KinesisPatterns.Local.State;

/// <summary>A batch that its function failed: from which record to which, and how often.</summary>
internal readonly record struct FailedBatch(long First, long Last, int Failures);

/// <summary>How far a mapping is in each shard, and what it knows of batches that failed and windows that are open.</summary>
internal sealed class MappingCheckpoint : IDisposable
{
    private const int CompactAbove = 4 << 20;

    private readonly Lock _lock = new();
    private readonly HostState _state;
    private readonly string _pair;
    private readonly Dictionary<string, Place> _places = new(StringComparer.Ordinal);
    private FrameLog _log;
    private long _compacted;

    public MappingCheckpoint(HostState state, string path, string pair)
    {
        (_state, _pair) = (state, pair);
        _log = state.Open(path, Replay);
        IsRestored = Uuid is not null;
        if (Uuid is null)
        {
            Uuid = Guid.NewGuid().ToString();
            Append(Frame.Name, "", Encoding.UTF8.GetBytes(Uuid));
        }
        else
        {
            Compact();
        }
    }

    private enum Frame : byte
    {
        Name,
        Start,
        Ended,
        Failed,
        Window,
    }

    /// <summary>The mapping's id, the same after each restart.</summary>
    public string? Uuid { get; private set; }

    /// <summary>Whether the mapping was there before.</summary>
    public bool IsRestored { get; }

    /// <summary>Where to read a shard from; a shard of which nothing is kept is read as given.</summary>
    public ShardPosition PositionIn(Shard shard, ShardPosition otherwise)
    {
        lock (_lock)
        {
            if (_places.TryGetValue(shard.Id, out var place))
            {
                return place.Next == 1 ? ShardPosition.TrimHorizon : ShardPosition.After(new(0, 0, place.Next - 1, 0));
            }

            // A shard that appeared while nothing ran here.
            var position = IsRestored ? ShardPosition.TrimHorizon : otherwise;
            var next = position.CounterIn(shard);
            _places[shard.Id] = new() { Next = next };
            Append(Frame.Start, shard.Id, Numbers(next));
            return position;
        }
    }

    /// <summary>Takes the records out that ended before the restart; returns how many are left.</summary>
    public int LeaveOut(Span<KinesisRecord> records)
    {
        var left = 0;
        lock (_lock)
        {
            foreach (ref readonly var record in records)
            {
                if (!_places[record.ShardId].HasEnded(record.Counter))
                {
                    records[left++] = record;
                }
            }
        }

        return left;
    }

    /// <summary>Keeps that records came to their end, whichever; what a filter let by is filtered again.</summary>
    public void Ended(ReadOnlySpan<KinesisRecord> records, bool isFiltered)
    {
        lock (_lock)
        {
            var place = _places[records[0].ShardId];
            var runs = new List<long>();
            for (var i = 0; i < records.Length; i++)
            {
                var counter = records[i].Counter;
                if (runs.Count > 0 && runs[^1] == counter - 1)
                {
                    runs[^1] = counter;
                }
                else
                {
                    runs.AddRange([counter, counter]);
                }
            }

            place.End(runs);
            if (!isFiltered)
            {
                Append(Frame.Ended, records[0].ShardId, Numbers([.. runs]));
                CompactIfLarge();
            }
        }
    }

    /// <summary>Keeps how often a batch failed.</summary>
    public void Failed(ReadOnlySpan<KinesisRecord> batch, int failures)
    {
        lock (_lock)
        {
            var failed = new FailedBatch(batch[0].Counter, batch[^1].Counter, failures);
            _places[batch[0].ShardId].Failed[failed.First] = failed;
            Append(Frame.Failed, batch[0].ShardId, Numbers(failed.First, failed.Last, failed.Failures));
            CompactIfLarge();
        }
    }

    /// <summary>The batch that failed before the restart and starts at a record; null when none did.</summary>
    public FailedBatch? FailedFrom(in KinesisRecord record)
    {
        lock (_lock)
        {
            return _places[record.ShardId].Failed.TryGetValue(record.Counter, out var failed) ? failed : null;
        }
    }

    /// <summary>Keeps the state of the window that is open in a shard, or that none is.</summary>
    public void KeepWindow(string shardId, TumblingWindow? window)
    {
        lock (_lock)
        {
            var start = window?.Start.ToUnixTimeMilliseconds() ?? -1;
            _places[shardId].Window = window is null ? null : (start, window.State.ToArray());
            Append(Frame.Window, shardId, [.. Numbers(start), .. window is null ? [] : window.State.Span]);
            CompactIfLarge();
        }
    }

    /// <summary>The window that was open in a shard before the restart.</summary>
    public TumblingWindow? WindowIn(string shardId, int seconds)
    {
        lock (_lock)
        {
            return _places.TryGetValue(shardId, out var place) && place.Window is { } window
                ? new(DateTimeOffset.FromUnixTimeMilliseconds(window.Start), seconds, shardId) { State = window.State }
                : null;
        }
    }

    /// <summary>Deletes what is kept: the mapping is no more.</summary>
    public void Delete()
    {
        lock (_lock)
        {
            _state.Close(_log);
            File.Delete(_log.Path);
        }
    }

    public void Dispose() => _state.Close(_log);

    private void Replay(ReadOnlyMemory<byte> frame)
    {
        var span = frame.Span;
        var shardId = Encoding.UTF8.GetString(span.Slice(2, span[1]));
        var body = span[(2 + span[1])..];
        if ((Frame)span[0] == Frame.Name)
        {
            Uuid = Encoding.UTF8.GetString(body);
            return;
        }

        var place = _places.TryGetValue(shardId, out var known) ? known : _places[shardId] = new();
        switch ((Frame)span[0])
        {
            case Frame.Start:
                place.Next = Number(body, 0);
                break;
            case Frame.Ended:
                place.End([.. Enumerable.Range(0, body.Length / 8).Select(i => Number(frame.Span[(2 + frame.Span[1])..], i))]);
                break;
            case Frame.Failed:
                place.Failed[Number(body, 0)] = new(Number(body, 0), Number(body, 1), (int)Number(body, 2));
                break;
            case Frame.Window:
                place.Window = Number(body, 0) < 0 ? null : (Number(body, 0), body[8..].ToArray());
                break;
            default:
                throw new LocalHostException($"The mapping {_pair} was kept by another version: name another folder with --state.");
        }
    }

    private void Append(Frame frame, string shardId, ReadOnlySpan<byte> body) => _log.Append(Head(frame, shardId), body);

    private static byte[] Head(Frame frame, string shardId) => [(byte)frame, (byte)shardId.Length, .. Encoding.UTF8.GetBytes(shardId)];

    private void CompactIfLarge()
    {
        if (_log.Length > CompactAbove && _log.Length > 2 * _compacted)
        {
            Compact();
        }
    }

    private void Compact()
    {
        var frames = new List<ReadOnlyMemory<byte>> { (byte[])[.. Head(Frame.Name, ""), .. Encoding.UTF8.GetBytes(Uuid!)] };
        foreach (var (shardId, place) in _places)
        {
            frames.Add((byte[])[.. Head(Frame.Start, shardId), .. Numbers(place.Next)]);
            frames.Add((byte[])[.. Head(Frame.Ended, shardId), .. Numbers([.. place.Ended.Runs.SelectMany(r => (long[])[r.First, r.Last])])]);
            frames.AddRange(place.Failed.Values.Select(f => (ReadOnlyMemory<byte>)(byte[])[.. Head(Frame.Failed, shardId), .. Numbers(f.First, f.Last, f.Failures)]));
            if (place.Window is { } window)
            {
                frames.Add((byte[])[.. Head(Frame.Window, shardId), .. Numbers(window.Start), .. window.State]);
            }
        }

        _log = _state.Rewrite(_log, frames);
        _compacted = _log.Length;
    }

    private static byte[] Numbers(params ReadOnlySpan<long> numbers)
    {
        var bytes = new byte[numbers.Length * 8];
        for (var i = 0; i < numbers.Length; i++)
        {
            BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(i * 8), numbers[i]);
        }

        return bytes;
    }

    private static long Number(ReadOnlySpan<byte> body, int index) => BinaryPrimitives.ReadInt64LittleEndian(body[(index * 8)..]);

    /// <summary>How far a mapping is in one shard.</summary>
    private sealed class Place
    {
        /// <summary>The first counter that has not ended.</summary>
        public long Next { get; set; } = 1;

        /// <summary>Counters above it that have.</summary>
        public RangeSet Ended { get; } = new();

        public Dictionary<long, FailedBatch> Failed { get; } = [];

        public (long Start, byte[] State)? Window { get; set; }

        public bool HasEnded(long counter) => counter < Next || Ended.Contains(counter);

        public void End(List<long> runs)
        {
            for (var i = 0; i + 1 < runs.Count; i += 2)
            {
                Ended.Add(runs[i], runs[i + 1]);
                if (Failed.Count > 0)
                {
                    var (first, last) = (runs[i], runs[i + 1]);
                    foreach (var start in Failed.Keys.Where(start => start >= first && start <= last).ToList())
                    {
                        Failed.Remove(start);
                    }
                }
            }

            Ended.RemoveBelow(Next);
            if (Ended.Runs is [var run, ..] && run.First <= Next)
            {
                Next = run.Last + 1;
                Ended.RemoveBelow(Next);
            }
        }
    }
}
