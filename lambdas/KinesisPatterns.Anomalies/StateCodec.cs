using System.Buffers;
using System.Runtime.InteropServices;

namespace KinesisPatterns.Anomalies;

/// <summary>Writes a state as bytes, or reads it from them: what transfers itself says its fields once, in one order for both.</summary>
internal sealed class StateCodec
{
    private readonly byte[]? _source;
    private readonly ArrayBufferWriter<byte>? _target;
    private int _at;

    public StateCodec() => _target = new();

    public StateCodec(byte[] source) => _source = source;

    public ReadOnlySpan<byte> Written => _target!.WrittenSpan;

    public bool IsAtEnd => _source is null || _at == _source.Length;

    public void Value<T>(ref T value) where T : unmanaged => Values(MemoryMarshal.CreateSpan(ref value, 1));

    public void Values<T>(Span<T> values) where T : unmanaged
    {
        var bytes = MemoryMarshal.AsBytes(values);
        if (_source is null)
        {
            _target!.Write(bytes);
            return;
        }

        if (_source.Length - _at < bytes.Length)
        {
            throw new FormatException($"state: expected {bytes.Length} bytes at {_at}, got {_source.Length - _at}.");
        }

        _source.AsSpan(_at, bytes.Length).CopyTo(bytes);
        _at += bytes.Length;
    }
}
