using System.Collections.Concurrent;
using System.Text.Json;

namespace KinesisPatterns.Local.State;

/// <summary>The folder in which a host keeps what has to outlive it; one host at a time.</summary>
internal sealed class HostState : IDisposable
{
    private static readonly TimeSpan FlushEvery = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<FrameLog, byte> _open = new();
    private readonly FileStream _lock;
    private readonly Timer? _flushing;
    private readonly bool _flushes;

    private HostState(string folder, FileStream @lock, bool flushes)
    {
        (Folder, _lock, _flushes) = (folder, @lock, flushes);
        Streams = new(this);
        Mappings = new(this);
        _flushing = flushes ? new(_ => Flush(), null, FlushEvery, FlushEvery) : null;
    }

    public string Folder { get; }

    public StreamStore Streams { get; }

    public MappingStore Mappings { get; }

    /// <summary>Opens the folder; fails when another host has it.</summary>
    /// <param name="folder">Where; it is made when it is not there.</param>
    /// <param name="flushes">Whether what was written is taken to the disk every second.</param>
    public static HostState Open(string folder, bool flushes = true)
    {
        folder = Path.GetFullPath(folder);
        Directory.CreateDirectory(folder);
        try
        {
            return new(folder, new(Path.Combine(folder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None), flushes);
        }
        catch (IOException error)
        {
            throw new LocalHostException($"--state {folder} is in use by another host ({error.Message}): stop it, or name another folder.", error);
        }
    }

    public string PathOf(params ReadOnlySpan<string> parts) => Path.Combine([Folder, .. parts]);

    /// <summary>Opens a log that is flushed with the others.</summary>
    public FrameLog Open(string path, Action<ReadOnlyMemory<byte>>? frame = null) => Add(FrameLog.Open(path, frame, _flushes));

    /// <summary>Replaces a log by one that has just these frames.</summary>
    public FrameLog Rewrite(FrameLog log, IEnumerable<ReadOnlyMemory<byte>> frames)
    {
        Close(log);
        return Add(FrameLog.Rewrite(log.Path, frames, _flushes));
    }

    public void Close(FrameLog log)
    {
        _open.TryRemove(log, out _);
        log.Dispose();
    }

    /// <summary>Writes a small file so that at any moment the old or the new one is there.</summary>
    public void Save<T>(string path, T value)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var fresh = path + ".new";
        using (var file = File.Create(fresh))
        {
            JsonSerializer.Serialize(file, value);
            file.Flush(flushToDisk: _flushes);
        }

        File.Move(fresh, path, overwrite: true);
    }

    /// <summary>Reads a file that <see cref="Save"/> wrote; null when there is none.</summary>
    public static T? Load<T>(string path) where T : class =>
        File.Exists(path) ? JsonSerializer.Deserialize<T>(File.ReadAllBytes(path)) : null;

    public void Dispose()
    {
        _flushing?.Dispose();
        foreach (var log in _open.Keys)
        {
            Close(log);
        }

        _lock.Dispose();
    }

    private FrameLog Add(FrameLog log)
    {
        _open[log] = 0;
        return log;
    }

    private void Flush()
    {
        foreach (var log in _open.Keys)
        {
            log.Flush();
        }
    }
}
