using System.Buffers.Binary;

namespace KinesisPatterns.Cdk;

/// <summary>The executable that Native AOT made in a published folder.</summary>
internal static class NativeExecutable
{
    /// <summary>The name under which <c>provided.al2023</c> starts it.</summary>
    public const string Bootstrap = "bootstrap";

    /// <summary>
    /// The file itself: <c>bootstrap</c>, or else the only one without an extension; null when there is none.
    /// </summary>
    public static string? In(string folder)
    {
        var candidates = Directory.GetFiles(folder)
            .Where(file => Path.GetExtension(file).Length == 0 && Machine(file) is not null)
            .ToArray();
        return candidates.FirstOrDefault(file => Path.GetFileName(file) == Bootstrap)
            ?? (candidates is [var only] ? only : null);
    }

    /// <summary>
    /// What it runs on, from its ELF header (e_machine); null when it is none, or for something else.
    /// </summary>
    public static Architecture? Machine(string file)
    {
        Span<byte> header = stackalloc byte[20];
        using var stream = File.OpenRead(file);
        var read = stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        return read == header.Length && header.StartsWith("\u007fELF"u8)
            ? BinaryPrimitives.ReadUInt16LittleEndian(header[18..]) switch
            {
                62 => Architecture.X86_64,
                183 => Architecture.ARM_64,
                _ => null,
            }
            : null;
    }
}
