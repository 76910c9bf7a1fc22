namespace KinesisPatterns.Cdk.Tests;

/// <summary>Folders that look as if <c>dotnet publish</c> had written them.</summary>
internal static class Published
{
    public static FunctionCode Code { get; } = FunctionCode.FromPublished(Managed("Some.Function"));

    public static PublishedFunctionProps Function { get; } = new() { Code = Code };

    public static string Managed(string assembly) => Folder(
        ($"{assembly}.dll", "code"u8.ToArray()),
        ($"{assembly}.runtimeconfig.json", "{}"u8.ToArray()));

    /// <param name="name">The executable.</param>
    /// <param name="machine">62 for x86-64, 183 for AArch64, as in an ELF header.</param>
    public static string Native(string name, byte machine) =>
        Folder((name, Elf(machine)), ($"{name}.dbg", Elf(machine)));

    public static string Folder(params (string Name, byte[] Content)[] files)
    {
        var folder = Directory.CreateTempSubdirectory("published-").FullName;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Delete(folder);
        foreach (var (name, content) in files)
        {
            File.WriteAllBytes(Path.Combine(folder, name), content);
        }

        return folder;
    }

    private static void Delete(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static byte[] Elf(byte machine) => [0x7f, (byte)'E', (byte)'L', (byte)'F', .. new byte[14], machine, 0, 1];
}
