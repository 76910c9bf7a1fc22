using System.Buffers;
using KinesisPatterns.StateFun.Wire;

namespace KinesisPatterns.StateFun.Testing.Wire;

/// <summary>Writes what the runtime sends.</summary>
internal static class RequestWriter
{
    public static byte[] Write(
        Address target, IEnumerable<KeyValuePair<string, TypedValue?>> state, IEnumerable<(Address? Caller, TypedValue Argument)> invocations)
    {
        var batch = new ArrayBufferWriter<byte>();
        batch.Write(Proto.Field(1, Address(target)));
        foreach (var (name, value) in state)
        {
            batch.Write(Whole(2, [.. Proto.Field(1, name), .. value is null ? [] : Whole(2, Value(value))]));
        }

        foreach (var (caller, argument) in invocations)
        {
            batch.Write(Whole(3, [.. caller is { } from ? Whole(1, Address(from)) : [], .. Whole(2, Value(argument))]));
        }

        return Whole(100, batch.WrittenSpan);
    }

    private static byte[] Address(Address address) =>
        [.. Proto.Field(1, address.Type.Namespace), .. Proto.Field(2, address.Type.Name), .. Proto.Field(3, address.Id)];

    private static byte[] Value(TypedValue value) =>
        [.. Proto.Field(1, value.TypeName), .. value.HasValue ? [(byte)0x10, (byte)0x01] : Array.Empty<byte>(), .. Proto.Field(3, value.Bytes.Span)];

    // A message is written even when it is empty: being there is what it says.
    private static byte[] Whole(int number, ReadOnlySpan<byte> message)
    {
        var output = new ArrayBufferWriter<byte>(message.Length + 10);
        Proto.WriteLength(output, number, message.Length);
        output.Write(message);
        return output.WrittenSpan.ToArray();
    }
}
