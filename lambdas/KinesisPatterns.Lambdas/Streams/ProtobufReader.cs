namespace KinesisPatterns.Lambdas.Streams;

/// <summary>Reads the fields of a protobuf message one after the other; never beyond it, whatever its lengths say.</summary>
internal struct ProtobufReader(ReadOnlyMemory<byte> message)
{
    private int _at;

    /// <summary>Whether the message ended in the middle of a field or holds what is no field.</summary>
    public bool Broken { get; private set; }

    /// <summary>The next field with its bytes (length-delimited) or number (varint); false at the end or when broken.</summary>
    public bool Next(out ulong field, out ReadOnlyMemory<byte>? bytes, out ulong? number)
    {
        (field, bytes, number) = (0, null, null);
        if (_at == message.Length)
        {
            return false;
        }

        if (!Varint(out var tag) || tag >> 3 == 0)
        {
            return Fail();
        }

        field = tag >> 3;
        switch (tag & 7)
        {
            case 0 when Varint(out var value):
                number = value;
                return true;
            case 1 when Take(8, out _):
            case 5 when Take(4, out _):
                return true;
            case 2 when Varint(out var length) && Take(length, out var taken):
                bytes = taken;
                return true;
            default:
                return Fail();
        }
    }

    private bool Fail()
    {
        Broken = true;
        return false;
    }

    private bool Take(ulong length, out ReadOnlyMemory<byte> taken)
    {
        taken = default;
        if (length > (ulong)(message.Length - _at))
        {
            return false;
        }

        taken = message.Slice(_at, (int)length);
        _at += (int)length;
        return true;
    }

    private bool Varint(out ulong value)
    {
        value = 0;
        for (var shift = 0; shift < 64 && _at < message.Length; shift += 7)
        {
            var part = message.Span[_at++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return shift < 63 || part <= 1;
            }
        }

        return false;
    }
}
