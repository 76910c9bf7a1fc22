using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;

namespace KinesisPatterns.StateFun.Wire;

/// <summary>Protobuf's elements, as few as the protocol has.</summary>
internal static class Proto
{
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static string Text(ReadOnlySpan<byte> utf8)
    {
        try
        {
            return Strict.GetString(utf8);
        }
        catch (DecoderFallbackException)
        {
            throw new MalformedMessageException("text that is not UTF-8");
        }
    }

    /// <summary>A text field; nothing for an empty text.</summary>
    public static byte[] Field(int number, string text) => Field(number, Utf8(text));

    /// <summary>A field of bytes; nothing for none.</summary>
    public static byte[] Field(int number, ReadOnlySpan<byte> bytes)
    {
        if (bytes.IsEmpty)
        {
            return [];
        }

        var output = new ArrayBufferWriter<byte>(bytes.Length + 10);
        WriteLength(output, number, bytes.Length);
        output.Write(bytes);
        return output.WrittenSpan.ToArray();
    }

    public static byte[] Utf8(string text)
    {
        try
        {
            return Strict.GetBytes(text);
        }
        catch (EncoderFallbackException)
        {
            throw Unpaired(text);
        }
    }

    public static int Utf8Length(string text)
    {
        try
        {
            return Strict.GetByteCount(text);
        }
        catch (EncoderFallbackException)
        {
            throw Unpaired(text);
        }
    }

    public static void WriteText(IBufferWriter<byte> output, int number, string text)
    {
        var length = Utf8Length(text);
        WriteLength(output, number, length);
        Strict.GetBytes(text, output.GetSpan(length));
        output.Advance(length);
    }

    /// <summary>The head of a field of bytes: its tag and its length.</summary>
    public static void WriteLength(IBufferWriter<byte> output, int number, int length)
    {
        var span = output.GetSpan(10);
        var at = Put(span, ((uint)number << 3) | (uint)WireType.Length);
        at += Put(span[at..], (uint)length);
        output.Advance(at);
    }

    public static void WriteVarint(IBufferWriter<byte> output, int number, ulong value)
    {
        var span = output.GetSpan(15);
        var at = Put(span, (uint)number << 3);
        at += Put(span[at..], value);
        output.Advance(at);
    }

    /// <summary>How many bytes a field of bytes takes; none when it is empty.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int FieldSize(int length) => length == 0 ? 0 : 1 + VarintSize((uint)length) + length;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int VarintSize(uint value) => value < 0x80 ? 1 : value < 0x4000 ? 2 : value < 0x200000 ? 3 : value < 0x10000000 ? 4 : 5;

    public static int Put(Span<byte> span, ulong value)
    {
        var at = 0;
        while (value >= 0x80)
        {
            span[at++] = (byte)(value | 0x80);
            value >>= 7;
        }

        span[at++] = (byte)value;
        return at;
    }

    private static ArgumentException Unpaired(string text) =>
        new($"expected text that can be written as UTF-8, got half a surrogate pair in '{text}'");
}
