using System.Security.Cryptography;
using System.Text;
using KinesisPatterns.Local.State;

namespace KinesisPatterns.Local.S3;

/// <summary>What is known of a bucket's objects besides their bytes, on disk: one small file for each.</summary>
internal sealed class ObjectIndex(HostState state, string bucket)
{
    /// <summary>The objects of a bucket; one whose file is not what was noted was being written when the host ended.</summary>
    public IEnumerable<ObjectInfo> Load(string folder)
    {
        var notes = state.PathOf("objects", bucket);
        foreach (var note in Directory.Exists(notes) ? Directory.EnumerateFiles(notes, "*.json") : [])
        {
            var info = HostState.Load<ObjectInfo>(note)!;
            var file = new FileInfo(Path.Combine(folder, info.File));
            if (file.Exists)
            {
                yield return info with { File = file.FullName, Size = file.Length, ETag = file.Length == info.Size ? info.ETag : DigestOf(file.FullName) };
            }
        }
    }

    public void Save(string folder, ObjectInfo info) =>
        state.Save(NoteOf(info.Key), info with { File = Path.GetRelativePath(folder, info.File) });

    public void Remove(string key) => File.Delete(NoteOf(key));

    private string NoteOf(string key) =>
        state.PathOf("objects", bucket, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)).AsSpan(0, 16)) + ".json");

    private static string DigestOf(string file)
    {
        using var content = File.OpenRead(file);
        return Convert.ToHexStringLower(MD5.HashData(content));
    }
}
