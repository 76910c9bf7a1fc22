using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace KinesisPatterns.Local.Kinesis;

/// <summary>The hash key of a partition key: its MD5 as a 128-bit number.</summary>
/// <remarks>
/// A short key is hashed here (RFC 1321): the call into the system's library takes several times as long as the
/// hash itself, and would be the largest part of PutRecords.
/// </remarks>
internal static class KeyHash
{
    private const int Block = 64;
    private const int LongestInOneBlock = Block - 9;

    private static readonly uint[] _sines =
        [.. Enumerable.Range(1, 64).Select(i => (uint)(long)Math.Floor(Math.Abs(Math.Sin(i)) * 4294967296d))];

    /// <summary>The hash key of a partition key in UTF-8.</summary>
    public static UInt128 Of(ReadOnlySpan<byte> key)
    {
        Span<byte> digest = stackalloc byte[MD5.HashSizeInBytes];
        if (key.Length <= LongestInOneBlock)
        {
            HashBlock(key, digest);
        }
        else
        {
            MD5.HashData(key, digest);
        }

        return BinaryPrimitives.ReadUInt128BigEndian(digest);
    }

    private static void HashBlock(ReadOnlySpan<byte> key, Span<byte> digest)
    {
        Span<byte> block = stackalloc byte[Block];
        block.Clear();
        key.CopyTo(block);
        block[key.Length] = 0x80;
        BinaryPrimitives.WriteUInt64LittleEndian(block[(Block - 8)..], (ulong)key.Length * 8);
        Span<uint> words = stackalloc uint[16];
        for (var i = 0; i < words.Length; i++)
        {
            words[i] = BinaryPrimitives.ReadUInt32LittleEndian(block[(i * 4)..]);
        }

        var (a, b, c, d) = (0x67452301u, 0xefcdab89u, 0x98badcfeu, 0x10325476u);
        Rounds(words, ref a, ref b, ref c, ref d);
        BinaryPrimitives.WriteUInt32LittleEndian(digest, a + 0x67452301u);
        BinaryPrimitives.WriteUInt32LittleEndian(digest[4..], b + 0xefcdab89u);
        BinaryPrimitives.WriteUInt32LittleEndian(digest[8..], c + 0x98badcfeu);
        BinaryPrimitives.WriteUInt32LittleEndian(digest[12..], d + 0x10325476u);
    }

    private static void Rounds(ReadOnlySpan<uint> words, ref uint a, ref uint b, ref uint c, ref uint d)
    {
        ReadOnlySpan<byte> shifts = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21];
        ReadOnlySpan<uint> sines = _sines;
        for (var i = 0; i < 64; i++)
        {
            var (mixed, word) = (i >> 4) switch
            {
                0 => ((b & c) | (~b & d), i),
                1 => ((d & b) | (~d & c), (5 * i) + 1),
                2 => (b ^ c ^ d, (3 * i) + 5),
                _ => (c ^ (b | ~d), 7 * i),
            };
            var rotated = BitOperations.RotateLeft(
                a + mixed + sines[i] + words[word & 15], shifts[((i >> 4) * 4) + (i & 3)]);
            (a, d, c, b) = (d, c, b, b + rotated);
        }
    }
}
