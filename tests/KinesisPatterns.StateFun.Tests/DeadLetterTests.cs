using System.Security.Cryptography;
using System.Text.Json.Nodes;
using KinesisPatterns.StateFun.Tests.Protocol;
using static KinesisPatterns.StateFun.Tests.Requests;

namespace KinesisPatterns.StateFun.Tests;

public sealed class DeadLetterTests
{
    private const int Limit = 4096;

    private static readonly TypeName Egress = TypeName.Parse("com.example/dead");

    [Theory]
    [InlineData(0)]
    [InlineData(2000)]
    [InlineData(4096)]
    [InlineData(100_000)]
    public async Task A_payload_is_kept_whole_in_records_that_Kinesis_takes(int length)
    {
        var payload = RandomNumberGenerator.GetBytes(length);

        var records = await RecordsAsync(payload, "bad", id: "ключ");

        Assert.All(records, r => Assert.InRange(r.ValueBytes.Length + System.Text.Encoding.UTF8.GetByteCount(r.PartitionKey), 1, Limit));
        var letters = records.Select(Letter).ToList();
        Assert.Equal(payload, letters.SelectMany(Payload).ToArray());
        Assert.All(letters, l => Assert.Equal(("ключ", "bad"), ((string)l["id"]!, (string)l["reason"]!)));
    }

    [Fact]
    public async Task A_letter_of_a_record_s_size_is_not_divided()
    {
        var fits = Enumerable.Range(0, Limit).Last(length => RecordsAsync(new byte[length], "bad").GetAwaiter().GetResult().Count == 1);

        var letter = Assert.Single(await RecordsAsync(new byte[fits], "bad"));

        Assert.InRange(letter.ValueBytes.Length + letter.PartitionKey.Length, Limit - 3, Limit);
        Assert.Null(Letter(letter)["part"]);
    }

    [Fact]
    public async Task Each_piece_says_which_it_is_of_what_whole()
    {
        var payload = RandomNumberGenerator.GetBytes(10_000);

        var letters = (await RecordsAsync(payload, "bad")).ConvertAll(Letter);

        Assert.InRange(letters.Count, 4, 6);
        Assert.Equal(Enumerable.Range(1, letters.Count), letters.Select(l => (int)l["part"]!));
        Assert.All(letters, l => Assert.Equal(
            (letters.Count, payload.Length, Convert.ToHexStringLower(SHA256.HashData(payload))),
            ((int)l["parts"]!, (int)l["payloadBytes"]!, (string)l["payloadSha256"]!)));
    }

    [Fact]
    public async Task A_text_too_long_is_cut_and_said_to_be()
    {
        // Each of these characters takes six bytes of JSON; the last to stay would be half of a pair.
        var letters = (await RecordsAsync(new byte[5000], new string('\u0001', 62) + "😀" + new string('\u0001', 100_000))).ConvertAll(Letter);

        Assert.NotEmpty(letters);
        Assert.All(letters, l => Assert.Equal(new string('\u0001', 62), (string)l["reason"]!));
        Assert.All(letters, l => Assert.Equal("""{"reason":100064}""", l["cut"]!.ToJsonString()));
    }

    [Fact]
    public async Task The_longest_texts_leave_room_for_the_payload()
    {
        var records = await RecordsAsync(new byte[20_000], new('\u0001', 1000), id: new('\u0001', 1000), typeName: $"{new string('n', 1000)}/t");

        Assert.All(records, r => Assert.InRange(r.ValueBytes.Length + r.PartitionKey.Length, 1, Limit));
        Assert.Equal(20_000, records.Sum(r => Payload(Letter(r)).Length));
    }

    [Fact]
    public async Task A_record_of_1_MiB_becomes_two_unless_told_otherwise()
    {
        var records = await RecordsAsync(new byte[1024 * 1024], "bad", ErrorPolicy.DeadLetterToKinesis(Egress, "dead"));

        Assert.Equal(2, records.Count);
    }

    [Fact]
    public async Task Other_egresses_have_limits_of_their_own()
    {
        var kafka = await ResultAsync(new byte[1024 * 1024], "bad", ErrorPolicy.DeadLetterToKafka(Egress, "dead"));
        var whole = await ResultAsync(new byte[1024 * 1024], "bad", ErrorPolicy.DeadLetter(Egress));
        var pieces = await ResultAsync(new byte[1024 * 1024], "bad", ErrorPolicy.DeadLetter(Egress, maximumLetterBytes: 1000_000));

        Assert.Equal((2, 1, 2), (kafka.OutgoingEgresses.Count, whole.OutgoingEgresses.Count, pieces.OutgoingEgresses.Count));
        Assert.All(kafka.OutgoingEgresses, e => Assert.InRange(KafkaProducerRecord.Parser.ParseFrom(e.Argument.Value).ValueBytes.Length, 1, (1024 * 1024) - 129));
    }

    [Fact]
    public async Task A_message_that_says_more_than_an_answer_carries_is_sent_aside()
    {
        var handler = Handler(
            new(TypeName.Parse("com.example/loud")),
            (context, message, _) => { context.Reply(Types.String, new('x', message.As(Types.Int))); return default; },
            ErrorPolicy.DeadLetter(Egress),
            maximumReplyBytes: 2000);

        var result = await handler.ResultAsync(To("com.example/loud", "1", Int(10), Int(5000), Int(20)));

        Assert.Equal(2, result.OutgoingMessages.Count);
        Assert.Contains("after 1 of 1 messages", (string)JsonNode.Parse(Assert.Single(result.OutgoingEgresses).Argument.Value.Span)!["reason"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Payloads_that_an_answer_has_no_room_for_are_left_out_and_said_to_be()
    {
        var handler = Handler(
            new(TypeName.Parse("com.example/picky")),
            (context, message, _) =>
            {
                context.Reply(Types.String, message.TypeName);
                return message.Bytes.Length > 100 ? throw new InvalidOperationException("bad") : default;
            },
            ErrorPolicy.DeadLetter(Egress),
            maximumReplyBytes: 20_000);
        var payload = RandomNumberGenerator.GetBytes(6000);
        var poison = new TypedValue { Typename = "a/b", HasValue = true, Value = Google.Protobuf.ByteString.CopyFrom(payload) };

        var result = await handler.ResultAsync(To("com.example/picky", "1", poison, poison, Int(1), poison));

        Assert.Single(result.OutgoingMessages);
        var letters = result.OutgoingEgresses.Select(e => JsonNode.Parse(e.Argument.Value.Span)!).ToList();
        Assert.Equal(payload, Payload(letters[0]));
        Assert.Null(letters[0]["cut"]);
        Assert.Equal(3, letters.Count);
        Assert.All(letters[1..], l => Assert.Equal(
            ("", """{"payload":6000}""", 6000, Convert.ToHexStringLower(SHA256.HashData(payload))),
            ((string)l["payload"]!, l["cut"]!.ToJsonString(), (int)l["payloadBytes"]!, (string)l["payloadSha256"]!)));
    }

    [Fact]
    public void Fails_for_limits_that_leave_no_room_or_that_no_stream_takes()
    {
        Assert.Throws<ArgumentOutOfRangeException>("maximumRecordBytes", () => ErrorPolicy.DeadLetterToKinesis(Egress, "dead", maximumRecordBytes: 4095));
        Assert.Throws<ArgumentOutOfRangeException>("maximumRecordBytes", () => ErrorPolicy.DeadLetterToKinesis(Egress, "dead", maximumRecordBytes: (1024 * 1024) + 1));
        Assert.Throws<ArgumentOutOfRangeException>("maximumRecordBytes", () => ErrorPolicy.DeadLetterToKafka(Egress, "dead", maximumRecordBytes: 4095));
        Assert.Throws<ArgumentOutOfRangeException>("maximumLetterBytes", () => ErrorPolicy.DeadLetter(Egress, maximumLetterBytes: 4095));
    }

    private static JsonNode Letter(KinesisEgressRecord record) => JsonNode.Parse(record.ValueBytes.Span)!;

    private static byte[] Payload(JsonNode letter) => Convert.FromBase64String((string)letter["payload"]!);

    private static async Task<List<KinesisEgressRecord>> RecordsAsync(
        byte[] payload, string reason, ErrorPolicy? policy = null, string id = "1", string typeName = "com.example/blob")
    {
        policy ??= ErrorPolicy.DeadLetterToKinesis(Egress, "dead", maximumRecordBytes: Limit);
        var result = await ResultAsync(payload, reason, policy, id, typeName);
        return [.. result.OutgoingEgresses.Select(e => KinesisEgressRecord.Parser.ParseFrom(e.Argument.Value))];
    }

    private static Task<FromFunction.Types.InvocationResponse> ResultAsync(
        byte[] payload, string reason, ErrorPolicy policy, string id = "1", string typeName = "com.example/blob")
    {
        var handler = Handler(new(TypeName.Parse("com.example/picky")), (_, _, _) => throw new InvalidOperationException(reason), policy);
        var argument = new TypedValue { Typename = typeName, HasValue = true, Value = Google.Protobuf.ByteString.CopyFrom(payload) };
        return handler.ResultAsync(To("com.example/picky", id, argument));
    }
}
