using System.Buffers;

namespace KinesisPatterns.StateFun.Wire;

/// <summary>Bytes in an array that grows as needed; what is written can be taken back and overwritten.</summary>
internal sealed class ByteWriter(int capacity) : IBufferWriter<byte>
{
    private byte[] _array = new byte[capacity];

    public int Length { get; private set; }

    public int Capacity => _array.Length;

    public ReadOnlyMemory<byte> Written => _array.AsMemory(0, Length);

    public ReadOnlySpan<byte> Span => _array.AsSpan(0, Length);

    public void Truncate(int length) => Length = length;

    /// <summary>Overwrites what is already there.</summary>
    public Span<byte> At(int start, int length) => _array.AsSpan(start, length);

    public void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(GetSpan(bytes.Length));
        Length += bytes.Length;
    }

    public void Advance(int count) => Length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Grow(sizeHint);
        return _array.AsMemory(Length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Grow(sizeHint);
        return _array.AsSpan(Length);
    }

    private void Grow(int room)
    {
        room = Math.Max(room, 1);
        if (_array.Length - Length < room)
        {
            Array.Resize(ref _array, checked(Math.Max(Length + room, _array.Length * 2)));
        }
    }
}
