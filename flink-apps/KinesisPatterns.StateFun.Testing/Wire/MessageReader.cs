using KinesisPatterns.StateFun.Wire;

namespace KinesisPatterns.StateFun.Testing.Wire;

/// <summary>Reads what a function answers, field by field as protobuf has it.</summary>
internal static class MessageReader
{
    public static Answer Read(ReadOnlyMemory<byte> reply)
    {
        var (effects, missing) = (new List<ReadOnlyMemory<byte>>(), new List<ReadOnlyMemory<byte>>());
        var isIncomplete = false;
        var reader = new ProtoReader(reply.Span);
        while (reader.Next())
        {
            if (reader.Is(100, WireType.Length))
            {
                effects.Add(reader.Slice().Of(reply));
                isIncomplete = false;
            }
            else if (reader.Is(101, WireType.Length))
            {
                missing.Add(reader.Slice().Of(reply));
                isIncomplete = true;
            }
            else
            {
                reader.Skip();
            }
        }

        return isIncomplete ? new(null, [.. missing.SelectMany(Missing)]) : new(Effects(effects), []);
    }

    /// <summary>The fields of a message that has bytes only, by number; empty where there are none.</summary>
    public static ReadOnlyMemory<byte>[] BytesFields(ReadOnlyMemory<byte> message, int highest)
    {
        var fields = new ReadOnlyMemory<byte>[highest + 1];
        var reader = new ProtoReader(message.Span);
        while (reader.Next())
        {
            if (reader.Field <= highest && reader.Is(reader.Field, WireType.Length))
            {
                fields[reader.Field] = reader.Slice().Of(message);
            }
            else
            {
                reader.Skip();
            }
        }

        return fields;
    }

    private static Effects Effects(List<ReadOnlyMemory<byte>> parts)
    {
        var (sent, delayed) = (new List<SentMessage>(), new List<DelayedMessage>());
        var (egresses, mutations) = (new List<EgressMessage>(), new List<StateMutation>());
        foreach (var part in parts)
        {
            var reader = new ProtoReader(part.Span);
            while (reader.Next())
            {
                if (reader.Is(1, WireType.Length))
                {
                    mutations.Add(Mutation(reader.Slice().Of(part)));
                }
                else if (reader.Is(2, WireType.Length))
                {
                    sent.Add(Sent(reader.Slice().Of(part)));
                }
                else if (reader.Is(3, WireType.Length))
                {
                    delayed.Add(Delayed(reader.Slice().Of(part)));
                }
                else if (reader.Is(4, WireType.Length))
                {
                    egresses.Add(Egress(reader.Slice().Of(part)));
                }
                else
                {
                    reader.Skip();
                }
            }
        }

        return new(sent, delayed, egresses, mutations);
    }

    private static IEnumerable<MissingValue> Missing(ReadOnlyMemory<byte> context)
    {
        var missing = new List<MissingValue>();
        var reader = new ProtoReader(context.Span);
        while (reader.Next())
        {
            if (reader.Is(1, WireType.Length))
            {
                var fields = BytesFields(reader.Slice().Of(context), highest: 3);
                missing.Add(new(Proto.Text(fields[1].Span), Proto.Text(fields[3].Span), Expiring(fields[2].Span)));
            }
            else
            {
                reader.Skip();
            }
        }

        return missing;
    }

    private static Expiration Expiring(ReadOnlySpan<byte> spec)
    {
        var (mode, milliseconds) = (0ul, 0ul);
        var reader = new ProtoReader(spec);
        while (reader.Next())
        {
            if (reader.Is(1, WireType.Varint))
            {
                mode = reader.Varint();
            }
            else if (reader.Is(2, WireType.Varint))
            {
                milliseconds = reader.Varint();
            }
            else
            {
                reader.Skip();
            }
        }

        var after = TimeSpan.FromMilliseconds(milliseconds);
        return mode switch
        {
            1 => Expiration.AfterWrite(after),
            2 => Expiration.AfterCall(after),
            _ => default,
        };
    }

    private static StateMutation Mutation(ReadOnlyMemory<byte> mutation)
    {
        var isModify = false;
        var reader = new ProtoReader(mutation.Span);
        while (reader.Next())
        {
            isModify = reader.Is(1, WireType.Varint) ? reader.Varint() == 1 : reader.Skip(isModify);
        }

        var fields = BytesFields(mutation, highest: 3);
        return new(Proto.Text(fields[2].Span), isModify ? Value(fields[3]) : null);
    }

    private static SentMessage Sent(ReadOnlyMemory<byte> invocation)
    {
        var fields = BytesFields(invocation, highest: 2);
        return new(Address(fields[1]), Value(fields[2]));
    }

    private static DelayedMessage Delayed(ReadOnlyMemory<byte> delayed)
    {
        var (delay, isCancellation) = (0L, false);
        var reader = new ProtoReader(delayed.Span);
        while (reader.Next())
        {
            if (reader.Is(1, WireType.Varint))
            {
                delay = (long)reader.Varint();
            }
            else if (reader.Is(10, WireType.Varint))
            {
                isCancellation = reader.Varint() != 0;
            }
            else
            {
                reader.Skip();
            }
        }

        var fields = BytesFields(delayed, highest: 11);
        var token = fields[11].IsEmpty ? null : Proto.Text(fields[11].Span);
        return isCancellation
            ? new(default, null, null, token, true)
            : new(TimeSpan.FromMilliseconds(delay), Address(fields[2]), Value(fields[3]), token, false);
    }

    private static EgressMessage Egress(ReadOnlyMemory<byte> egress)
    {
        var fields = BytesFields(egress, highest: 3);
        return new(TypeName.Received(Proto.Text(fields[1].Span), Proto.Text(fields[2].Span)), Value(fields[3]));
    }

    private static Address Address(ReadOnlyMemory<byte> address)
    {
        var fields = BytesFields(address, highest: 3);
        return new(TypeName.Received(Proto.Text(fields[1].Span), Proto.Text(fields[2].Span)), Proto.Text(fields[3].Span));
    }

    private static TypedValue Value(ReadOnlyMemory<byte> value)
    {
        var hasValue = false;
        var reader = new ProtoReader(value.Span);
        while (reader.Next())
        {
            hasValue = reader.Is(2, WireType.Varint) ? reader.Varint() != 0 : reader.Skip(hasValue);
        }

        var fields = BytesFields(value, highest: 3);
        // A copy: the reply's memory is not ours for long.
        return new(Proto.Text(fields[1].Span), fields[3].ToArray(), hasValue);
    }
}
