using System.Buffers.Binary;
using KinesisPatterns.Local.State;

namespace KinesisPatterns.Local.Firehose;

/// <summary>How far a delivery stream is in its source, and what was put to it directly and not written yet, on disk.</summary>
internal sealed class DeliveryLog
{
    private readonly Lock _lock = new();
    private readonly HostState _state;
    private readonly string _positions;
    private readonly Dictionary<string, long> _next;
    private readonly List<DeliveryRecord> _direct = [];
    private FrameLog _log;

    public DeliveryLog(HostState state, string name)
    {
        _state = state;
        _positions = state.PathOf("firehose", $"{name}.json");
        _next = HostState.Load<Dictionary<string, long>>(_positions) ?? [];
        _log = state.Open(state.PathOf("firehose", $"{name}.log"), frame => _direct.Add(new(
            frame[8..], DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64LittleEndian(frame.Span)))));
    }

    /// <summary>What was put directly and is not written.</summary>
    public IReadOnlyList<DeliveryRecord> Direct
    {
        get
        {
            lock (_lock)
            {
                return [.. _direct];
            }
        }
    }

    public long? NextIn(string shardId)
    {
        lock (_lock)
        {
            return _next.TryGetValue(shardId, out var next) ? next : null;
        }
    }

    public void Keep(DeliveryRecord record)
    {
        lock (_lock)
        {
            _log.Append(Time(record), record.Data.Span);
            _direct.Add(record);
        }
    }

    /// <summary>These are in the bucket.</summary>
    public void Written(IReadOnlyList<DeliveryRecord> records)
    {
        lock (_lock)
        {
            foreach (var shard in records.Where(r => r.ShardId is not null).GroupBy(r => r.ShardId!))
            {
                _next[shard.Key] = shard.Max(r => r.Counter) + 1;
            }

            _state.Save(_positions, _next);
            var direct = records.Count(r => r.ShardId is null);
            if (direct > 0)
            {
                _direct.RemoveRange(0, direct);
                _log = _state.Rewrite(_log, _direct.Select(r => (ReadOnlyMemory<byte>)(byte[])[.. Time(r), .. r.Data.Span]));
            }
        }
    }

    private static byte[] Time(DeliveryRecord record)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, record.Arrival.ToUnixTimeMilliseconds());
        return bytes;
    }
}
