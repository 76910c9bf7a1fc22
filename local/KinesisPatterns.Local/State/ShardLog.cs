using System.Buffers.Binary;
using System.Globalization;

namespace KinesisPatterns.Local.State;

/// <summary>The records of a shard on disk, in files that go when all in them has expired.</summary>
internal sealed class ShardLog : IDisposable
{
    private const long LargestFile = 64 << 20;
    private const int Fixed = 19;

    private readonly HostState _state;
    private readonly string _folder;
    private readonly List<(string Path, long LastArrival)> _full = [];
    private FrameLog _file;
    private long _last;

    private ShardLog(HostState state, string folder, FrameLog file) => (_state, _folder, _file) = (state, folder, file);

    /// <summary>The counter of the next record.</summary>
    public long Next { get; private set; } = 1;

    /// <summary>Starts the log of a new shard.</summary>
    public static ShardLog Create(HostState state, string folder) => new(state, folder, state.Open(FileOf(folder, 1)));

    /// <summary>Opens the log of a shard and hands on what is in it, oldest first.</summary>
    public static ShardLog Open(HostState state, string folder, StoredRecord record)
    {
        string[] files = Directory.Exists(folder) ? [.. Directory.EnumerateFiles(folder, "*.log").Order(StringComparer.Ordinal)] : [];
        if (files.Length == 0)
        {
            return Create(state, folder);
        }

        ShardLog? log = null;
        foreach (var path in files)
        {
            var (next, last) = (long.Parse(Path.GetFileNameWithoutExtension(path), CultureInfo.InvariantCulture), 0L);
            var file = state.Open(path, frame =>
            {
                var span = frame.Span;
                var key = BinaryPrimitives.ReadUInt16LittleEndian(span[17..]);
                (next, last) = (BinaryPrimitives.ReadInt64LittleEndian(span) + 1, BinaryPrimitives.ReadInt64LittleEndian(span[8..]));
                record(next - 1, last, span[16] != 0, span.Slice(Fixed, key), span[(Fixed + key)..]);
            });
            if (log is null)
            {
                log = new(state, folder, file);
            }
            else
            {
                log._full.Add((log._file.Path, log._last));
                state.Close(log._file);
                log._file = file;
            }

            (log.Next, log._last) = (next, last);
        }

        return log!;
    }

    /// <summary>Keeps a record; when this returns, the end of the process does not touch it.</summary>
    public void Append(long counter, long arrival, bool isEncrypted, ReadOnlySpan<byte> key, ReadOnlySpan<byte> data)
    {
        if (_file.Length >= LargestFile)
        {
            _full.Add((_file.Path, _last));
            _state.Close(_file);
            _file = _state.Open(FileOf(_folder, counter));
        }

        Span<byte> head = stackalloc byte[Fixed];
        BinaryPrimitives.WriteInt64LittleEndian(head, counter);
        BinaryPrimitives.WriteInt64LittleEndian(head[8..], arrival);
        head[16] = isEncrypted ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt16LittleEndian(head[17..], (ushort)key.Length);
        _file.Append(head, key, data);
        (Next, _last) = (counter + 1, arrival);
    }

    /// <summary>Deletes the files in which everything arrived before a time.</summary>
    public void Trim(long horizon)
    {
        foreach (var (path, _) in _full.Where(f => f.LastArrival < horizon))
        {
            File.Delete(path);
        }

        _full.RemoveAll(f => f.LastArrival < horizon);
    }

    public void Dispose() => _state.Close(_file);

    // So that names in order are counters in order.
    private static string FileOf(string folder, long counter) =>
        Path.Combine(folder, counter.ToString("D19", CultureInfo.InvariantCulture) + ".log");
}

/// <summary>Takes a record that was found on disk.</summary>
internal delegate void StoredRecord(long counter, long arrival, bool isEncrypted, ReadOnlySpan<byte> key, ReadOnlySpan<byte> data);
