using System.Buffers;
using System.Text.Json.Serialization;
using Google.Protobuf;
using KinesisPatterns.StateFun.Tests.Protocol;

namespace KinesisPatterns.StateFun.Tests;

public sealed partial class TypesTests
{
    [Theory]
    [InlineData(0, "")]
    [InlineData(1, "0D01000000")]
    [InlineData(-1, "0DFFFFFFFF")]
    [InlineData(int.MinValue, "0D00000080")]
    public void An_int_has_four_bytes_of_fixed_width_and_none_when_it_is_zero(int value, string bytes) =>
        Assert.Equal(bytes, Bytes(Types.Int, value));

    [Theory]
    [InlineData(0L, "")]
    [InlineData(1L, "090100000000000000")]
    [InlineData(long.MinValue, "090000000000000080")]
    public void A_long_has_eight_bytes_of_fixed_width_and_none_when_it_is_zero(long value, string bytes) =>
        Assert.Equal(bytes, Bytes(Types.Long, value));

    [Theory]
    [InlineData(0f, "")]
    [InlineData(-0f, "0D00000080")]
    [InlineData(1.5f, "0D0000C03F")]
    public void A_float_is_written_unless_it_is_positive_zero(float value, string bytes) => Assert.Equal(bytes, Bytes(Types.Float, value));

    [Theory]
    [InlineData(0d, "")]
    [InlineData(-0d, "090000000000000080")]
    [InlineData(double.NaN, "09000000000000F8FF")]
    public void A_double_is_written_unless_it_is_positive_zero(double value, string bytes) => Assert.Equal(bytes, Bytes(Types.Double, value));

    [Theory]
    [InlineData(false, "")]
    [InlineData(true, "0801")]
    public void A_bool_is_written_when_it_is_true(bool value, string bytes) => Assert.Equal(bytes, Bytes(Types.Bool, value));

    [Theory]
    [InlineData("", "")]
    [InlineData("é", "0A02C3A9")]
    public void A_string_is_written_unless_it_is_empty(string value, string bytes) => Assert.Equal(bytes, Bytes(Types.String, value));

    [Fact]
    public void Empty_bytes_are_the_default_of_every_built_in_type()
    {
        Assert.False(Types.Bool.Deserialize([]));
        Assert.Equal(0, Types.Int.Deserialize([]));
        Assert.Equal(0, Types.Float.Deserialize([]));
        Assert.Equal(0, Types.Long.Deserialize([]));
        Assert.Equal(0, Types.Double.Deserialize([]));
        Assert.Equal("", Types.String.Deserialize([]));
    }

    [Fact]
    public void Values_are_read_as_protobuf_wrote_them()
    {
        Assert.Equal(-7, Types.Int.Deserialize(new IntWrapper { Value = -7 }.ToByteArray()));
        Assert.Equal(1L << 40, Types.Long.Deserialize(new LongWrapper { Value = 1L << 40 }.ToByteArray()));
        Assert.Equal(0.1f, Types.Float.Deserialize(new FloatWrapper { Value = 0.1f }.ToByteArray()));
        Assert.Equal(0.1, Types.Double.Deserialize(new DoubleWrapper { Value = 0.1 }.ToByteArray()));
        Assert.Equal("añ", Types.String.Deserialize(new StringWrapper { Value = "añ" }.ToByteArray()));
        Assert.True(Types.Bool.Deserialize(new BooleanWrapper { Value = true }.ToByteArray()));
    }

    [Theory]
    [InlineData("120101" + "0D07000000")]
    [InlineData("0D01000000" + "0D07000000")]
    [InlineData("0801" + "0D07000000")]
    [InlineData("1B1C" + "0D07000000")]
    public void Fields_that_are_unknown_are_skipped_and_the_last_of_several_counts(string bytes) =>
        Assert.Equal(7, Types.Int.Deserialize(Convert.FromHexString(bytes)));

    [Theory]
    [InlineData("0D0700")]
    [InlineData("0F")]
    [InlineData("00")]
    [InlineData("80")]
    [InlineData("80808080808080808080808001")]
    [InlineData("1AFFFFFFFF7F")]
    [InlineData("1C")]
    [InlineData("1B24")]
    public void Fails_for_bytes_that_are_no_message(string bytes) =>
        Assert.Throws<FormatException>(() => Types.Int.Deserialize(Convert.FromHexString(bytes)));

    [Fact]
    public void Fails_for_groups_too_deep_to_follow() =>
        Assert.Throws<FormatException>(() => Types.Int.Deserialize([.. Enumerable.Repeat((byte)0x1B, 100_000)]));

    [Fact]
    public void Fails_for_a_string_that_is_not_UTF8()
    {
        var error = Assert.Throws<FormatException>(() => Types.String.Deserialize([0x0A, 0x01, 0xFF]));

        Assert.Equal("io.statefun.types/string: expected a value of that type, got text that is not UTF-8", error.Message);
    }

    [Fact]
    public void Fails_for_a_string_that_cannot_be_written_as_UTF8() =>
        Assert.Throws<ArgumentException>(() => Bytes(Types.String, "\ud800"));

    [Fact]
    public void A_JSON_type_reads_what_it_wrote()
    {
        var type = Types.Json(TypeName.Parse("com.example/order"), TestJson.Default.Order);

        Assert.Equal("7B22496422" + "3A2261222C22" + "416D6F756E74223A377D", Bytes(type, new Order("a", 7)));
        Assert.Equal(new Order("a", 7), type.Deserialize("""{"Id":"a","Amount":7}"""u8));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("{")]
    public void Fails_for_JSON_that_is_no_value_of_the_type(string json)
    {
        var error = Assert.Throws<FormatException>(() => Types.Json(TypeName.Parse("com.example/order"), TestJson.Default.Order)
            .Deserialize(System.Text.Encoding.UTF8.GetBytes(json)));

        Assert.StartsWith("com.example/order: ", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fails_for_a_null_that_no_reader_of_the_JSON_type_would_take() =>
        Assert.Throws<ArgumentNullException>(() => Bytes(Types.Json(TypeName.Parse("com.example/order"), TestJson.Default.Order), null!));

    [Fact]
    public void A_protobuf_type_has_the_name_that_protobuf_gives_it()
    {
        var type = Types.Protobuf<KinesisEgressRecord>(
            KinesisEgressRecord.Descriptor.FullName, KinesisEgressRecord.Parser.ParseFrom, MessageExtensions.WriteTo);

        Assert.Equal("type.googleapis.com/kinesis.patterns.statefun.tests.KinesisEgressRecord", type.TypeName.ToString());
        Assert.Equal("s", type.Deserialize(Convert.FromHexString(Bytes(type, new() { Stream = "s" }))).Stream);
    }

    private static string Bytes<T>(StateFunType<T> type, T value)
    {
        var output = new ArrayBufferWriter<byte>();
        type.Serialize(value, output);
        return Convert.ToHexString(output.WrittenSpan);
    }

    public sealed record Order(string Id, int Amount);

    [JsonSerializable(typeof(Order))]
    public sealed partial class TestJson : JsonSerializerContext;
}
