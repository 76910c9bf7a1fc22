using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using KinesisPatterns.StateFun.Wire;

namespace KinesisPatterns.StateFun;

/// <summary>Reads a value from bytes.</summary>
public delegate T ReadValue<out T>(ReadOnlySpan<byte> bytes);

/// <summary>Writes a value as bytes.</summary>
public delegate void WriteValue<in T>(T value, IBufferWriter<byte> output);

/// <summary>The types every SDK of Stateful Functions knows, and ways to make more.</summary>
public static class Types
{
    /// <summary><c>io.statefun.types/bool</c></summary>
    public static StateFunType<bool> Bool { get; } = new BoolType();

    /// <summary><c>io.statefun.types/int</c>, 32 bits.</summary>
    public static StateFunType<int> Int { get; } = new IntType();

    /// <summary><c>io.statefun.types/float</c>, 32 bits.</summary>
    public static StateFunType<float> Float { get; } = new FloatType();

    /// <summary><c>io.statefun.types/long</c>, 64 bits.</summary>
    public static StateFunType<long> Long { get; } = new LongType();

    /// <summary><c>io.statefun.types/double</c>, 64 bits.</summary>
    public static StateFunType<double> Double { get; } = new DoubleType();

    /// <summary><c>io.statefun.types/string</c></summary>
    public static StateFunType<string> String { get; } = new StringType();

    /// <summary>A type with bytes of its own.</summary>
    public static StateFunType<T> Custom<T>(TypeName typeName, ReadValue<T> read, WriteValue<T> write)
    {
        ArgumentNullException.ThrowIfNull(read);
        ArgumentNullException.ThrowIfNull(write);
        return new CustomType<T>(typeName, read, write);
    }

    /// <summary>A type that travels as JSON, by source-generated metadata.</summary>
    public static StateFunType<T> Json<T>(TypeName typeName, JsonTypeInfo<T> json)
    {
        ArgumentNullException.ThrowIfNull(json);
        return new JsonType<T>(typeName, json);
    }

    /// <summary>
    /// A protobuf message under the name that protobuf gives it, <c>type.googleapis.com/&lt;full name&gt;</c>. With Google.Protobuf:
    /// <c>Types.Protobuf&lt;Order&gt;(Order.Descriptor.FullName, Order.Parser.ParseFrom, MessageExtensions.WriteTo)</c>.
    /// </summary>
    /// <param name="fullName">The message's full name: package and name.</param>
    /// <param name="read">Parses a message.</param>
    /// <param name="write">Writes a message.</param>
    public static StateFunType<T> Protobuf<T>(string fullName, ReadValue<T> read, WriteValue<T> write) =>
        Custom(TypeName.Parse($"type.googleapis.com/{fullName}"), read, write);

    private abstract class BuiltInType<T>(string name) : StateFunType<T>(TypeName.Parse($"io.statefun.types/{name}"))
    {
        internal sealed override bool IsImmutable => true;

        public sealed override T Deserialize(ReadOnlySpan<byte> bytes)
        {
            try
            {
                return Read(bytes);
            }
            catch (MalformedMessageException error)
            {
                throw new FormatException($"{TypeName}: expected a value of that type, got {error.Found}", error);
            }
        }

        protected abstract T Read(ReadOnlySpan<byte> bytes);
    }

    private sealed class BoolType() : BuiltInType<bool>("bool")
    {
        protected override bool Read(ReadOnlySpan<byte> bytes)
        {
            var reader = new ProtoReader(bytes);
            var value = false;
            while (reader.Next())
            {
                value = reader.Is(1, WireType.Varint) ? reader.Varint() != 0 : reader.Skip(value);
            }

            return value;
        }

        public override void Serialize(bool value, IBufferWriter<byte> output)
        {
            if (value)
            {
                output.Write<byte>([0x08, 0x01]);
            }
        }
    }

    private sealed class IntType() : BuiltInType<int>("int")
    {
        protected override int Read(ReadOnlySpan<byte> bytes) => (int)Fixed.Read32(bytes);

        public override void Serialize(int value, IBufferWriter<byte> output) => Fixed.Write32((uint)value, output);
    }

    private sealed class FloatType() : BuiltInType<float>("float")
    {
        protected override float Read(ReadOnlySpan<byte> bytes) => BitConverter.UInt32BitsToSingle(Fixed.Read32(bytes));

        public override void Serialize(float value, IBufferWriter<byte> output) =>
            Fixed.Write32(BitConverter.SingleToUInt32Bits(value), output);
    }

    private sealed class LongType() : BuiltInType<long>("long")
    {
        protected override long Read(ReadOnlySpan<byte> bytes) => (long)Fixed.Read64(bytes);

        public override void Serialize(long value, IBufferWriter<byte> output) => Fixed.Write64((ulong)value, output);
    }

    private sealed class DoubleType() : BuiltInType<double>("double")
    {
        protected override double Read(ReadOnlySpan<byte> bytes) => BitConverter.UInt64BitsToDouble(Fixed.Read64(bytes));

        public override void Serialize(double value, IBufferWriter<byte> output) =>
            Fixed.Write64(BitConverter.DoubleToUInt64Bits(value), output);
    }

    private sealed class StringType() : BuiltInType<string>("string")
    {
        protected override string Read(ReadOnlySpan<byte> bytes)
        {
            var reader = new ProtoReader(bytes);
            var value = ReadOnlySpan<byte>.Empty;
            while (reader.Next())
            {
                if (reader.Is(1, WireType.Length))
                {
                    value = reader.Bytes();
                }
                else
                {
                    reader.Skip();
                }
            }

            return Proto.Text(value);
        }

        public override void Serialize(string value, IBufferWriter<byte> output)
        {
            ArgumentNullException.ThrowIfNull(value);
            if (value.Length > 0)
            {
                Proto.WriteText(output, 1, value);
            }
        }
    }

    private sealed class CustomType<T>(TypeName typeName, ReadValue<T> read, WriteValue<T> write) : StateFunType<T>(typeName)
    {
        public override T Deserialize(ReadOnlySpan<byte> bytes) => read(bytes);

        public override void Serialize(T value, IBufferWriter<byte> output) => write(value, output);
    }

    private sealed class JsonType<T>(TypeName typeName, JsonTypeInfo<T> json) : StateFunType<T>(typeName)
    {
        public override T Deserialize(ReadOnlySpan<byte> bytes)
        {
            try
            {
                return JsonSerializer.Deserialize(bytes, json)
                    ?? throw new FormatException($"{TypeName}: expected a JSON value, got null");
            }
            catch (JsonException error)
            {
                throw new FormatException($"{TypeName}: {error.Message}", error);
            }
        }

        public override void Serialize(T value, IBufferWriter<byte> output)
        {
            ArgumentNullException.ThrowIfNull(value);
            using var writer = new Utf8JsonWriter(output, new() { SkipValidation = true });
            JsonSerializer.Serialize(writer, value, json);
        }
    }

    // The wrapper messages of numbers: one field of fixed width, absent when it is zero.
    private static class Fixed
    {
        public static uint Read32(ReadOnlySpan<byte> bytes)
        {
            if (bytes is [0x0D, _, _, _, _])
            {
                return BinaryPrimitives.ReadUInt32LittleEndian(bytes[1..]);
            }

            var reader = new ProtoReader(bytes);
            var value = 0u;
            while (reader.Next())
            {
                value = reader.Is(1, WireType.Fixed32) ? reader.Fixed32() : reader.Skip(value);
            }

            return value;
        }

        public static ulong Read64(ReadOnlySpan<byte> bytes)
        {
            if (bytes is [0x09, _, _, _, _, _, _, _, _])
            {
                return BinaryPrimitives.ReadUInt64LittleEndian(bytes[1..]);
            }

            var reader = new ProtoReader(bytes);
            var value = 0ul;
            while (reader.Next())
            {
                value = reader.Is(1, WireType.Fixed64) ? reader.Fixed64() : reader.Skip(value);
            }

            return value;
        }

        public static void Write32(uint value, IBufferWriter<byte> output)
        {
            if (value != 0)
            {
                var span = output.GetSpan(5);
                span[0] = 0x0D;
                BinaryPrimitives.WriteUInt32LittleEndian(span[1..], value);
                output.Advance(5);
            }
        }

        public static void Write64(ulong value, IBufferWriter<byte> output)
        {
            if (value != 0)
            {
                var span = output.GetSpan(9);
                span[0] = 0x09;
                BinaryPrimitives.WriteUInt64LittleEndian(span[1..], value);
                output.Advance(9);
            }
        }
    }
}
