namespace KinesisPatterns.Local.Kinesis;

/// <summary>The CRC-32 of zip, gzip and event streams.</summary>
internal static class Crc32
{
    private static readonly uint[] _table = [.. Enumerable.Range(0, 256).Select(i =>
    {
        var value = (uint)i;
        for (var bit = 0; bit < 8; bit++)
        {
            value = (value & 1) == 1 ? (value >> 1) ^ 0xEDB88320 : value >> 1;
        }

        return value;
    })];

    public static uint Of(ReadOnlySpan<byte> bytes)
    {
        var value = uint.MaxValue;
        foreach (var b in bytes)
        {
            value = (value >> 8) ^ _table[(byte)(value ^ b)];
        }

        return ~value;
    }
}
