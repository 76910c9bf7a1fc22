using System.Text;

namespace KinesisPatterns.Local.Timestream;

/// <summary>A point as it is kept on disk.</summary>
internal static class PointFrame
{
    public static byte[] Write(Point point)
    {
        using var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes, Encoding.UTF8);
        writer.Write(point.Measurement);
        writer.Write(point.Tags.Text);
        writer.Write7BitEncodedInt(point.Tags.Pairs.Count);
        foreach (var (name, value) in point.Tags.Pairs)
        {
            writer.Write(name);
            writer.Write(value);
        }

        writer.Write(point.Field);
        writer.Write(point.Value);
        writer.Write(point.Nanoseconds);
        writer.Write(point.Text is not null);
        writer.Write(point.Text ?? "");
        writer.Flush();
        return bytes.ToArray();
    }

    public static Point Read(ReadOnlyMemory<byte> frame)
    {
        using var reader = new BinaryReader(new MemoryStream(frame.ToArray()), Encoding.UTF8);
        var (measurement, text) = (reader.ReadString(), reader.ReadString());
        var pairs = new KeyValuePair<string, string>[reader.Read7BitEncodedInt()];
        for (var i = 0; i < pairs.Length; i++)
        {
            pairs[i] = new(reader.ReadString(), reader.ReadString());
        }

        var (field, value, time, hasText) = (reader.ReadString(), reader.ReadDouble(), reader.ReadInt64(), reader.ReadBoolean());
        var ofText = reader.ReadString();
        return new(measurement, new(pairs, text), field, value, time, hasText ? ofText : null);
    }
}
