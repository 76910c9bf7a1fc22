using System.Text.Json.Nodes;
using KinesisPatterns.StateFun.Tests.Protocol;
using static KinesisPatterns.StateFun.Tests.Requests;

namespace KinesisPatterns.StateFun.Tests;

public sealed class ErrorPolicyTests
{
    private const string Type = "com.example/picky";

    private static readonly TypeName Egress = TypeName.Parse("com.example/dead");
    private static readonly ValueSpec<int> Seen = new("seen", Types.Int);
    private static readonly FunctionSpec Spec = new(TypeName.Parse(Type), Seen);

    [Fact]
    public async Task A_batch_fails_with_what_its_function_threw()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => Handler(Spec, Picky).AnswerAsync(Batch()));

        Assert.Equal("2 is bad", error.Message);
    }

    [Fact]
    public async Task A_message_sent_aside_has_no_effects_and_the_others_have_theirs()
    {
        var result = await Handler(Spec, Picky, ErrorPolicy.DeadLetterToKinesis(Egress, "dead")).ResultAsync(Batch());

        Assert.Equal(Int(4), Assert.Single(result.StateMutations).StateValue);
        Assert.Equal([Int(1), Int(3)], result.OutgoingMessages.Select(m => m.Argument));
        var record = KinesisEgressRecord.Parser.ParseFrom(Assert.Single(result.OutgoingEgresses).Argument.Value);
        Assert.Equal(("dead", "1"), (record.Stream, record.PartitionKey));
        Assert.Equal(
            """{"function":"com.example/picky","id":"1","caller":"a.b/sender/9","typeName":"io.statefun.types/int","payload":"DQIAAAA=","error":"System.InvalidOperationException","reason":"2 is bad"}""",
            JsonNode.Parse(record.ValueBytes.Span)!.ToJsonString());
    }

    [Fact]
    public async Task A_message_may_be_sent_aside_to_Kafka_or_anywhere()
    {
        var kafka = await Handler(Spec, Picky, ErrorPolicy.DeadLetterToKafka(Egress, "dead")).ResultAsync(Batch());
        var other = await Handler(Spec, Picky, ErrorPolicy.DeadLetter(Egress)).ResultAsync(Batch());

        Assert.Equal("dead", KafkaProducerRecord.Parser.ParseFrom(Assert.Single(kafka.OutgoingEgresses).Argument.Value).Topic);
        Assert.Equal("kinesis.patterns/dead-letter", Assert.Single(other.OutgoingEgresses).Argument.Typename);
    }

    [Fact]
    public async Task A_text_that_cannot_be_kept_is_the_fault_of_the_message_that_brought_it()
    {
        var text = new ValueSpec<string>("text", Types.String);
        var handler = Handler(
            new(TypeName.Parse(Type), text),
            (context, message, _) => { context.Set(text, message.As(Types.Int) == 2 ? "\ud800" : $"{message.As(Types.Int)}"); return default; },
            ErrorPolicy.DeadLetterToKinesis(Egress, "dead"));

        var result = await handler.ResultAsync(To(Type, "1", Int(1), Int(2)).With("text"));

        Assert.Equal(Text("1"), Assert.Single(result.StateMutations).StateValue);
        Assert.Single(result.OutgoingEgresses);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_value_too_large_for_any_answer_is_the_fault_of_the_message_that_brought_it(bool isBuiltIn)
    {
        var custom = Types.Custom<string>(TypeName.Parse("com.example/text"), Types.String.Deserialize, Types.String.Serialize);
        var text = new ValueSpec<string>("text", isBuiltIn ? Types.String : custom);
        var handler = Handler(
            new(TypeName.Parse(Type), text),
            (context, message, _) => { context.Set(text, new('x', message.As(Types.Int))); return default; },
            ErrorPolicy.DeadLetterToKinesis(Egress, "dead"),
            maximumReplyBytes: 5000);

        var result = await handler.ResultAsync(To(Type, "1", Int(7), Int(5000), Int(4975)).With("text"));

        Assert.Equal(7, StringWrapper.Parser.ParseFrom(Assert.Single(result.StateMutations).StateValue.Value).Value.Length);
        Assert.Equal(2, result.OutgoingEgresses.Count);
    }

    [Fact]
    public async Task Values_that_fit_alone_are_nobody_s_fault_when_they_do_not_fit_together()
    {
        var (one, two) = (new ValueSpec<string>("one", Types.String), new ValueSpec<string>("two", Types.String));
        var handler = Handler(
            new(TypeName.Parse(Type), one, two),
            (context, message, _) => { context.Set(message.As(Types.Int) == 1 ? one : two, new('x', 3000)); return default; },
            ErrorPolicy.DeadLetterToKinesis(Egress, "dead"),
            maximumReplyBytes: 5000);

        await Assert.ThrowsAsync<ReplyTooLargeException>(() => handler.AnswerAsync(To(Type, "1", Int(1), Int(2)).With("one").With("two")));
    }

    [Fact]
    public async Task An_error_that_is_not_the_message_s_fails_the_batch()
    {
        var policy = ErrorPolicy.DeadLetterToKinesis(Egress, "dead", when: error => error is FormatException);

        await Assert.ThrowsAsync<InvalidOperationException>(() => Handler(Spec, Picky, policy).AnswerAsync(Batch()));
    }

    [Fact]
    public async Task A_call_that_nobody_waits_for_is_not_the_message_s_fault()
    {
        using var stop = new CancellationTokenSource();
        var handler = Handler(
            Spec,
            async (_, _, cancellation) =>
            {
                await stop.CancelAsync();
                await Task.Delay(Timeout.Infinite, cancellation);
            },
            ErrorPolicy.DeadLetterToKinesis(Egress, "dead"));

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => handler.HandleAsync(Google.Protobuf.MessageExtensions.ToByteArray(Batch()), null, stop.Token).AsTask());
    }

    private static ToFunction Batch() => To(Type, "1", Int(1), Int(2), Int(3)).With("seen");

    private static ValueTask Picky(Context context, Message message, CancellationToken cancellation)
    {
        var number = message.As(Types.Int);
        context.Set(Seen, context.Get(Seen) + number);
        context.Reply(Types.Int, number);
        return number == 2 ? throw new InvalidOperationException("2 is bad") : default;
    }
}
