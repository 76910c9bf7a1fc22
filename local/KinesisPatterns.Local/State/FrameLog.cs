using System.Buffers;
using System.Buffers.Binary;
using KinesisPatterns.Local.Kinesis;
using Microsoft.Win32.SafeHandles;

namespace KinesisPatterns.Local.State;

/// <summary>
/// A file that frames are appended to, each with its length and checksum. When <see cref="Append"/> returns, the frame is
/// with the operating system: the end of this process does not touch it any more. <see cref="Flush"/> takes it to the disk.
/// </summary>
internal sealed class FrameLog : IDisposable
{
    private const int Header = 8;

    private readonly Lock _lock = new();
    private readonly SafeFileHandle _file;
    private long _length;
    private readonly bool _flushes;
    private bool _isDirty;

    private FrameLog(string path, SafeFileHandle file, long length, bool flushes) =>
        (Path, _file, _length, _flushes) = (path, file, length, flushes);

    public string Path { get; }

    /// <summary>Bytes of whole frames.</summary>
    public long Length => Interlocked.Read(ref _length);

    /// <summary>
    /// Opens a file, hands on the frames in it, and cuts off what was being written when its process ended: nobody was told
    /// that it is kept.
    /// </summary>
    public static FrameLog Open(string path, Action<ReadOnlyMemory<byte>>? frame = null, bool flushes = true)
    {
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        var file = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read);
        try
        {
            return new(path, file, Read(path, file, frame), flushes);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>Replaces a file by one that has just these frames; at any moment one of the two is there.</summary>
    public static FrameLog Rewrite(string path, IEnumerable<ReadOnlyMemory<byte>> frames, bool flushes = true)
    {
        var fresh = path + ".new";
        File.Delete(fresh);
        using (var log = Open(fresh, flushes: flushes))
        {
            foreach (var frame in frames)
            {
                log.Append(frame.Span);
            }

        }

        File.Move(fresh, path, overwrite: true);
        return Open(path, flushes: flushes);
    }

    /// <summary>Appends a frame made of some parts; throws when it could not be written, and then it is not there.</summary>
    public void Append(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second = default, ReadOnlySpan<byte> third = default)
    {
        var size = first.Length + second.Length + third.Length;
        var bytes = ArrayPool<byte>.Shared.Rent(Header + size);
        try
        {
            var body = bytes.AsSpan(Header, size);
            first.CopyTo(body);
            second.CopyTo(body[first.Length..]);
            third.CopyTo(body[(first.Length + second.Length)..]);
            BinaryPrimitives.WriteInt32LittleEndian(bytes, size);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4), Crc32.Of(body));
            lock (_lock)
            {
                RandomAccess.Write(_file, bytes.AsSpan(0, Header + size), _length);
                _length += Header + size;
                _isDirty = true;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <summary>Takes what was appended to the disk: it outlives the power, too.</summary>
    public void Flush()
    {
        lock (_lock)
        {
            if (_isDirty && _flushes && !_file.IsClosed)
            {
                RandomAccess.FlushToDisk(_file);
                _isDirty = false;
            }
        }
    }

    public void Dispose()
    {
        Flush();
        _file.Dispose();
    }

    private static long Read(string path, SafeFileHandle file, Action<ReadOnlyMemory<byte>>? frame)
    {
        var length = RandomAccess.GetLength(file);
        var at = 0L;
        using var stream = new BufferedStream(File.Open(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite), 1 << 20);
        var header = new byte[Header];
        while (length - at >= Header)
        {
            stream.ReadExactly(header);
            var size = BinaryPrimitives.ReadInt32LittleEndian(header);
            if (size < 0 || size > length - at - Header)
            {
                break;
            }

            var body = new byte[size];
            stream.ReadExactly(body);
            if (Crc32.Of(body) != BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(4)))
            {
                if (at + Header + size < length)
                {
                    throw new LocalHostException($"{path} is damaged at byte {at}. Name another folder with --state, or delete this one to start anew.");
                }

                break;
            }

            frame?.Invoke(body);
            at += Header + size;
        }

        RandomAccess.SetLength(file, at);
        return at;
    }
}
