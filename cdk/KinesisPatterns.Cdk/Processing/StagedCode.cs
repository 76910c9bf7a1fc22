namespace KinesisPatterns.Cdk;

/// <summary>
/// The folder that becomes a function's asset: the published one, or a copy with what has to be beside it.
/// </summary>
internal sealed class StagedCode : IDisposable
{
    private readonly string? _copy;

    private StagedCode(string folder, string? copy)
    {
        Folder = folder;
        _copy = copy;
    }

    public string Folder { get; }

    public Code Code => field ??= Code.FromAsset(Folder);

    /// <summary>Copies only if it has to; the copy lasts until the asset has been taken.</summary>
    public static StagedCode From(FunctionCode code, string? executable, bool keep)
    {
        var rename = executable is not null && Path.GetFileName(executable) != NativeExecutable.Bootstrap;
        if (code.Files.Count == 0 && !rename)
        {
            return new StagedCode(code.Folder, null);
        }

        var copy = Directory.CreateTempSubdirectory("kinesis-patterns-").FullName;
        foreach (var source in Directory.EnumerateFiles(code.Folder, "*", SearchOption.AllDirectories))
        {
            var name = source == executable ? NativeExecutable.Bootstrap : Path.GetRelativePath(code.Folder, source);
            var target = Path.Combine(copy, name);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(source, target);
        }

        foreach (var (name, text) in code.Files)
        {
            File.WriteAllText(Path.Combine(copy, name), text);
        }

        return new StagedCode(copy, keep ? null : copy);
    }

    public void Dispose()
    {
        if (_copy is not null)
        {
            Directory.Delete(_copy, recursive: true);
        }
    }
}
