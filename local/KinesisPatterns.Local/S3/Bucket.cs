using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace KinesisPatterns.Local.S3;

/// <summary>What is known of an object besides its bytes.</summary>
internal sealed record ObjectInfo(
    string Key, string File, long Size, string ETag, DateTimeOffset LastModified, IReadOnlyDictionary<string, string> Headers);

/// <summary>A bucket: a folder that holds each object as a file, readable with any tool.</summary>
/// <param name="name">The name of the bucket.</param>
/// <param name="folder">The folder.</param>
/// <param name="clock">Tells when an object was written.</param>
/// <param name="index">What is known of the objects besides their bytes, kept beyond this process; null keeps it in memory.</param>
internal sealed class Bucket(string name, string folder, TimeProvider clock, ObjectIndex? index = null)
{
    private readonly ConcurrentDictionary<string, ObjectInfo> _objects = new(
        index?.Load(folder).Select(o => KeyValuePair.Create(o.Key, o)) ?? [], StringComparer.Ordinal);

    public string Name => name;

    public string Folder => folder;

    public DateTimeOffset Created { get; } = clock.GetUtcNow();

    public IReadOnlyCollection<ObjectInfo> Objects => [.. _objects.Values];

    public ObjectInfo? Find(string key) => _objects.GetValueOrDefault(key);

    /// <summary>Keys under a prefix in S3's order: by their UTF-8 bytes.</summary>
    public IEnumerable<ObjectInfo> List(string prefix) =>
        _objects.Values.Where(o => o.Key.StartsWith(prefix, StringComparison.Ordinal))
            .OrderBy(o => o.Key, Utf8Order.Instance);

    public async Task<ObjectInfo> PutAsync(
        string key, Stream content, IReadOnlyDictionary<string, string> headers, CancellationToken cancellation)
    {
        System.IO.Directory.CreateDirectory(folder);
        var temporary = Path.Combine(folder, $".{Guid.NewGuid():N}.part");
        using var md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
        try
        {
            long size = 0;
            await using (var file = File.Create(temporary))
            {
                var buffer = new byte[81920];
                int read;
                while ((read = await content.ReadAsync(buffer, cancellation)) > 0)
                {
                    md5.AppendData(buffer, 0, read);
                    await file.WriteAsync(buffer.AsMemory(0, read), cancellation);
                    size += read;
                }
            }

            var path = FileOf(key);
            System.IO.Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Move(temporary, path, overwrite: true);
            var info = new ObjectInfo(key, path, size, Convert.ToHexStringLower(md5.GetHashAndReset()), clock.GetUtcNow(), headers);
            index?.Save(folder, info);
            return _objects[key] = info;
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    public Task<ObjectInfo> PutAsync(string key, ReadOnlyMemory<byte> content, CancellationToken cancellation) =>
        PutAsync(key, new MemoryStream(content.ToArray()), new Dictionary<string, string>(), cancellation);

    public void Remove(string key)
    {
        if (_objects.TryRemove(key, out var info))
        {
            index?.Remove(key);
            File.Delete(info.File);
        }
    }

    // A key is its own path where the file system allows it; any other (`a//b`, `..`, a key that is another's folder) gets a made-up name.
    private string FileOf(string key)
    {
        var parts = key.Split('/');
        var plain = parts.All(p => p is not ("" or "." or "..") && p.Length < 200 && p.IndexOfAny(Path.GetInvalidFileNameChars()) < 0 && !p.StartsWith('.'));
        var path = Path.Combine([folder, .. parts]);
        return plain && !System.IO.Directory.Exists(path) && !UnderAFile(path)
            ? path
            : Path.Combine(folder, ".keys", Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(key))));
    }

    private bool UnderAFile(string path)
    {
        for (var parent = Path.GetDirectoryName(path); parent is not null && parent.Length > folder.Length; parent = Path.GetDirectoryName(parent))
        {
            if (File.Exists(parent))
            {
                return true;
            }
        }

        return false;
    }

    private sealed class Utf8Order : IComparer<string>
    {
        public static readonly Utf8Order Instance = new();

        public int Compare(string? x, string? y) =>
            System.Text.Encoding.UTF8.GetBytes(x!).AsSpan().SequenceCompareTo(System.Text.Encoding.UTF8.GetBytes(y!));
    }
}
