using System.Buffers.Binary;

namespace KinesisPatterns.StateFun.Wire;

/// <summary>Walks over the fields of a protobuf message; unknown ones are skipped.</summary>
internal ref struct ProtoReader(ReadOnlySpan<byte> message)
{
    // As deep as protobuf's own parsers go before they give up.
    private const int DeepestGroup = 100;

    private readonly ReadOnlySpan<byte> _message = message;
    private int _at;
    private int _field;
    private WireType _type;

    /// <summary>Where the next unread byte is.</summary>
    public readonly int Position => _at;

    /// <summary>The number of the field that was found.</summary>
    public readonly int Field => _field;

    /// <summary>Finds the next field; false at the end.</summary>
    public bool Next()
    {
        if (_at == _message.Length)
        {
            return false;
        }

        var tag = Varint();
        (_field, _type) = ((int)(tag >> 3), (WireType)(tag & 7));
        return tag <= uint.MaxValue && _field > 0 && _type is not (WireType)6 and not (WireType)7
            ? true
            : throw new MalformedMessageException($"a field with the tag {tag}");
    }

    /// <summary>Whether the field that was found is this one. One of another layout counts as unknown.</summary>
    public readonly bool Is(int field, WireType type) => _field == field && _type == type;

    public ulong Varint()
    {
        // One byte is what nearly all are.
        if (_at < _message.Length && _message[_at] < 0x80)
        {
            return _message[_at++];
        }

        var value = 0ul;
        for (var shift = 0; shift < 70; shift += 7)
        {
            if (_at == _message.Length)
            {
                throw Cut();
            }

            var next = _message[_at++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new MalformedMessageException("a varint of more than ten bytes");
    }

    public uint Fixed32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public ulong Fixed64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    public ReadOnlySpan<byte> Bytes()
    {
        var length = Varint();
        return length <= (ulong)(_message.Length - _at) ? Take((int)length) : throw Cut();
    }

    /// <summary>Where the bytes of a field are in the message; moves past them.</summary>
    public Slice Slice()
    {
        var bytes = Bytes();
        return new(_at - bytes.Length, bytes.Length);
    }

    public void Skip() => Skip(depth: 0);

    /// <summary>Skips, and gives back what there is so far: for readers that keep the last value of a field.</summary>
    public T Skip<T>(T value)
    {
        Skip();
        return value;
    }

    private void Skip(int depth)
    {
        switch (_type)
        {
            case WireType.Varint:
                Varint();
                break;
            case WireType.Fixed64:
                Take(8);
                break;
            case WireType.Length:
                Bytes();
                break;
            case WireType.Fixed32:
                Take(4);
                break;
            case WireType.StartGroup when depth < DeepestGroup:
                SkipGroup(_field, depth);
                break;
            case WireType.StartGroup:
                throw new MalformedMessageException($"groups within more than {DeepestGroup} others");
            default:
                throw new MalformedMessageException("the end of a group that did not begin");
        }
    }

    private void SkipGroup(int field, int depth)
    {
        while (Next())
        {
            if (_type == WireType.EndGroup)
            {
                if (_field == field)
                {
                    return;
                }

                throw new MalformedMessageException("a group that ends as another");
            }

            Skip(depth + 1);
        }

        throw Cut();
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _message.Length - _at)
        {
            throw Cut();
        }

        var taken = _message.Slice(_at, count);
        _at += count;
        return taken;
    }

    private static MalformedMessageException Cut() => new("an end in the middle of a field");
}

/// <summary>A part of a message.</summary>
internal readonly record struct Slice(int Start, int Length)
{
    public static readonly Slice None = new(0, 0);

    public Slice Within(Slice outer) => new(outer.Start + Start, Length);

    public ReadOnlySpan<byte> Of(ReadOnlySpan<byte> message) => message.Slice(Start, Length);

    public ReadOnlyMemory<byte> Of(ReadOnlyMemory<byte> message) => message.Slice(Start, Length);
}
