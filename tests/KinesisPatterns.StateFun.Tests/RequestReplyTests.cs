using Google.Protobuf;
using KinesisPatterns.StateFun.Tests.Protocol;
using static KinesisPatterns.StateFun.Tests.Requests;

namespace KinesisPatterns.StateFun.Tests;

public sealed class RequestReplyTests
{
    private const string Type = "com.example/counter";

    private static readonly ValueSpec<int> Seen = new("seen", Types.Int);
    private static readonly ValueSpec<string> Name = new("name", Types.String, Expiration.AfterWrite(TimeSpan.FromSeconds(5)));
    private static readonly ValueSpec<bool> Flag = new("flag", Types.Bool, Expiration.AfterCall(TimeSpan.FromDays(1)));
    private static readonly FunctionSpec Spec = new(TypeName.Parse(Type), Seen, Name, Flag);

    [Fact]
    public async Task Values_that_were_not_sent_are_asked_for_and_the_function_is_not_called()
    {
        var called = false;
        var handler = Handler(Spec, (_, _, _) => { called = true; return default; });

        var answer = await handler.AnswerAsync(To(Type, "1", Text("a")).With("name"));

        Assert.False(called);
        Assert.Equal(FromFunction.ResponseOneofCase.IncompleteInvocationContext, answer.ResponseCase);
        Assert.Equal(
            [
                new() { StateName = "seen", TypeTypename = "io.statefun.types/int" },
                new FromFunction.Types.PersistedValueSpec
                {
                    StateName = "flag",
                    TypeTypename = "io.statefun.types/bool",
                    ExpirationSpec = new() { Mode = FromFunction.Types.ExpirationSpec.Types.ExpireMode.AfterInvoke, ExpireAfterMillis = 86_400_000 },
                },
            ],
            answer.IncompleteInvocationContext.MissingValues.ToArray());
    }

    [Fact]
    public async Task A_value_may_be_absent_empty_or_there()
    {
        var seen = new List<string>();
        var handler = Handler(Spec, (context, _, _) =>
        {
            seen.Add($"{context.TryGet(Seen, out var number)} {number}, {context.TryGet(Name, out var name)} '{name}', {context.TryGet(Flag, out _)}");
            return default;
        });

        await handler.ResultAsync(To(Type, "1", Text("a")).With("seen", Int(5)).With("name", Text("")).With("flag"));

        Assert.Equal(["True 5, True '', False"], seen);
    }

    [Fact]
    public async Task A_batch_of_no_messages_calls_nothing_and_changes_nothing()
    {
        var called = false;
        var handler = Handler(Spec, (_, _, _) => { called = true; return default; });

        var result = await handler.ResultAsync(To(Type, "1").With("seen", Int(5)).With("name").With("flag"));

        Assert.False(called);
        Assert.Equal(new(), result);
    }

    [Fact]
    public async Task A_value_that_the_function_does_not_know_is_left_aside()
    {
        var result = await Handler(Spec, (_, _, _) => default).ResultAsync(Known(Text("a")).With("of_an_older_version", Int(1)));

        Assert.Empty(result.StateMutations);
    }

    [Fact]
    public async Task Messages_of_a_batch_see_what_those_before_them_did_and_a_value_changes_once()
    {
        var handler = Handler(Spec, (context, message, _) =>
        {
            context.Set(Seen, context.Get(Seen) + message.As(Types.Int));
            context.Set(Name, $"{context.Get(Name)}{message.As(Types.Int)}");
            return default;
        });

        var result = await handler.ResultAsync(Known(Int(1), Int(2), Int(3)));

        Assert.Equal(
            [
                new() { MutationType = FromFunction.Types.PersistedValueMutation.Types.MutationType.Modify, StateName = "seen", StateValue = Int(6) },
                new FromFunction.Types.PersistedValueMutation
                {
                    MutationType = FromFunction.Types.PersistedValueMutation.Types.MutationType.Modify, StateName = "name", StateValue = Text("123"),
                },
            ],
            result.StateMutations.ToArray());
    }

    [Fact]
    public async Task The_default_is_a_value_of_its_own_with_no_bytes()
    {
        var result = await Handler(Spec, (context, _, _) => { context.Set(Seen, 0); return default; }).ResultAsync(Known(Int(1)));

        var value = Assert.Single(result.StateMutations).StateValue;
        Assert.True(value.HasValue);
        Assert.Empty(value.Value);
    }

    [Fact]
    public async Task A_value_set_and_removed_again_is_deleted()
    {
        var handler = Handler(Spec, (context, _, _) =>
        {
            context.Set(Seen, 1);
            context.Remove(Seen);
            Assert.False(context.TryGet(Seen, out _));
            return default;
        });

        var mutation = Assert.Single((await handler.ResultAsync(Known(Int(1)))).StateMutations);

        Assert.Equal(("seen", FromFunction.Types.PersistedValueMutation.Types.MutationType.Delete), (mutation.StateName, mutation.MutationType));
    }

    [Fact]
    public async Task What_changes_a_value_it_got_does_not_change_the_state()
    {
        var spec = new ValueSpec<List<byte>>("list", Types.Custom<List<byte>>(
            TypeName.Parse("com.example/list"), bytes => [.. bytes], (list, output) => System.Buffers.BuffersExtensions.Write(output, list.ToArray())));
        var counts = new List<int>();
        var handler = Handler(new(TypeName.Parse(Type), spec), (context, _, _) =>
        {
            var list = context.Get(spec) ?? [];
            counts.Add(list.Count);
            context.Set(spec, list);
            list.Add(1);
            return default;
        });

        var result = await handler.ResultAsync(To(Type, "1", Int(1), Int(1)).With("list"));

        Assert.Equal([0, 0], counts);
        Assert.Empty(Assert.Single(result.StateMutations).StateValue.Value);
    }

    [Fact]
    public async Task Every_effect_arrives_as_it_was_said()
    {
        var target = TypeName.Parse("com.example/other").WithId("ü");
        var egress = TypeName.Parse("com.example/out");
        var handler = Handler(Spec, (context, message, _) =>
        {
            context.Reply(Types.Int, 7);
            context.Send(target, Types.String, "sent");
            context.Send(context.Self, message);
            context.SendAfter(TimeSpan.FromDays(100), target, Types.String, "later", "token");
            context.CancelDelayed("token");
            context.SendAfter(TimeSpan.Zero, target, message);
            context.SendKinesis(egress, "stream", "key", Types.String, "typed", explicitHashKey: "17");
            context.SendKinesis(egress, "stream", "key", "text");
            context.SendKafka(egress, "topic", null, [1, 2]);
            context.SendEgress(egress, Types.Bool, true);
            return default;
        });

        var result = await handler.ResultAsync(Known(Text("it")));

        var to = new Protocol.Address { Namespace = "com.example", Type = "other", Id = "ü" };
        Assert.Equal(
            [
                new() { Target = Caller, Argument = Int(7) },
                new() { Target = to, Argument = Text("sent") },
                new FromFunction.Types.Invocation { Target = new() { Namespace = "com.example", Type = "counter", Id = "1" }, Argument = Text("it") },
            ],
            result.OutgoingMessages.ToArray());
        Assert.Equal(
            [
                new() { DelayInMs = 8_640_000_000, Target = to, Argument = Text("later"), CancellationToken = "token" },
                new() { IsCancellationRequest = true, CancellationToken = "token" },
                new FromFunction.Types.DelayedInvocation { Target = to, Argument = Text("it") },
            ],
            result.DelayedInvocations.ToArray());
        Assert.Equal(
            [
                Record("KinesisEgressRecord", new KinesisEgressRecord
                {
                    Stream = "stream", PartitionKey = "key", ExplicitHashKey = "17", ValueBytes = new StringWrapper { Value = "typed" }.ToByteString(),
                }),
                Record("KinesisEgressRecord", new KinesisEgressRecord { Stream = "stream", PartitionKey = "key", ValueBytes = ByteString.CopyFromUtf8("text") }),
                Record("KafkaProducerRecord", new KafkaProducerRecord { Topic = "topic", ValueBytes = ByteString.CopyFrom(1, 2) }),
                new() { EgressNamespace = "com.example", EgressType = "out", Argument = Value("io.statefun.types/bool", new BooleanWrapper { Value = true }) },
            ],
            result.OutgoingEgresses.ToArray());
    }

    [Fact]
    public async Task What_is_unknown_about_a_caller_does_not_go_back_to_it()
    {
        var request = Known(Text("a"));
        request.Invocation.Invocations[0].Caller = Protocol.Address.Parser.ParseFrom([.. Caller.ToByteArray(), 0x20, 0x01]);

        var result = await Handler(Spec, (context, _, _) => { context.Reply(Types.Int, 1); return default; }).ResultAsync(request);

        Assert.Equal(Caller, Assert.Single(result.OutgoingMessages).Target);
    }

    [Fact]
    public async Task A_message_from_an_ingress_has_no_caller_to_reply_to()
    {
        var request = Known(Text("a"));
        request.Invocation.Invocations[0].Caller = null;
        var handler = Handler(Spec, (context, _, _) =>
        {
            Assert.Null(context.Caller);
            context.Reply(Types.Int, 1);
            return default;
        });

        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => handler.AnswerAsync(request));

        Assert.Equal("com.example/counter/1: expected a caller to reply to, got a message from an ingress", error.Message);
    }

    [Fact]
    public async Task An_argument_without_a_value_reads_as_the_default()
    {
        var seen = "";
        var handler = Handler(Spec, (_, message, _) => { seen = $"{message.HasValue} {message.As(Types.Int)}"; return default; });

        await handler.ResultAsync(Known(new TypedValue { Typename = "io.statefun.types/int" }));

        Assert.Equal("False 0", seen);
    }

    [Fact]
    public async Task Bytes_of_an_argument_that_says_it_has_no_value_are_none()
    {
        var seen = "";
        var handler = Handler(Spec, (_, message, _) => { seen = $"{message.Bytes.Length} {message.As(Types.Int)}"; return default; });
        var argument = Int(7);
        argument.HasValue = false;

        await handler.ResultAsync(Known(argument));

        Assert.Equal("0 0", seen);
    }

    [Fact]
    public async Task A_function_that_awaits_keeps_its_turn()
    {
        var order = new List<string>();
        var handler = Handler(Spec, async (context, message, cancellation) =>
        {
            order.Add($"begin {message.As(Types.Int)}");
            await Task.Delay(message.As(Types.Int), cancellation);
            context.Set(Seen, (context.Get(Seen) * 10) + message.As(Types.Int));
            order.Add($"end {message.As(Types.Int)}");
        });

        var result = await handler.ResultAsync(Known(Int(9), Int(1)));

        Assert.Equal(["begin 9", "end 9", "begin 1", "end 1"], order);
        Assert.Equal(Int(91), Assert.Single(result.StateMutations).StateValue);
    }

    [Fact]
    public async Task Fails_when_a_context_is_used_after_the_answer()
    {
        Context? kept = null;
        await Handler(Spec, (context, _, _) => { kept = context; return default; }).ResultAsync(Known(Int(1)));

        Assert.Throws<InvalidOperationException>(() => kept!.Set(Seen, 1));
        Assert.Throws<InvalidOperationException>(() => kept!.Send(TypeName.Parse("a/b").WithId("1"), Types.Int, 1));
    }

    [Fact]
    public async Task Fails_when_a_value_is_of_another_type_than_declared()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(
            () => Handler(Spec, (_, _, _) => default).AnswerAsync(To(Type, "1", Int(1)).With("seen", Text("5")).With("name").With("flag")));

        Assert.Equal("com.example/counter: expected 'seen' to be of io.statefun.types/int, got io.statefun.types/string", error.Message);
    }

    [Fact]
    public async Task Fails_for_a_value_that_was_not_declared()
    {
        var other = new ValueSpec<int>("seen", Types.Int);

        await Assert.ThrowsAsync<ArgumentException>(
            () => Handler(Spec, (context, _, _) => { context.Get(other); return default; }).AnswerAsync(Known(Int(1))));
    }

    [Fact]
    public async Task Fails_for_a_function_that_is_not_here()
    {
        var error = await Assert.ThrowsAsync<UnknownFunctionException>(() => Handler(Spec, (_, _, _) => default).AnswerAsync(To("com.example/other", "1", Int(1))));

        Assert.Equal("expected one of the functions com.example/counter, got a request for com.example/other", error.Message);
    }

    [Theory]
    [InlineData("")]
    [InlineData("A20600")]
    [InlineData("A2060A0A080A01611201621A0131")]
    [InlineData("FF")]
    public async Task Fails_for_a_request_that_is_none(string bytes) => await Assert.ThrowsAsync<MalformedMessageException>(
        () => Handler(Spec, (_, _, _) => default).HandleAsync(Convert.FromHexString(bytes), null, TestContext.Current.CancellationToken).AsTask());

    [Fact]
    public async Task A_request_in_parts_is_merged_as_protobuf_does()
    {
        var (first, second) = (Known(Int(1)), To(Type, "1", Int(2)));
        second.Invocation.Target = new() { Id = "of the second part" };
        var ids = new List<string>();
        var handler = Handler(Spec, (context, message, _) => { ids.Add($"{context.Self.Id} {message.As(Types.Int)}"); return default; });

        using var reply = await handler.HandleAsync((byte[])[.. first.ToByteArray(), .. second.ToByteArray()], null, TestContext.Current.CancellationToken);

        Assert.Equal(["of the second part 1", "of the second part 2"], ids);
    }

    [Fact]
    public async Task Fails_before_an_answer_outgrows_the_way_back()
    {
        var handler = Handler(
            Spec, (context, _, _) => { context.Reply(Types.String, new('x', 400)); return default; }, maximumReplyBytes: 1000);

        var error = await Assert.ThrowsAsync<ReplyTooLargeException>(() => handler.AnswerAsync(Known(Int(1), Int(2), Int(3), Int(4))));

        Assert.StartsWith("com.example/counter/1: expected an answer of at most 1,000 bytes, got 1,", error.Message, StringComparison.Ordinal);
        Assert.Contains("after 3 of 4 messages; lower maxNumBatchRequests", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_answer_as_large_as_allowed_is_sent()
    {
        var handler = Handler(Spec, (context, _, _) => { context.Reply(Types.String, new('x', 400)); return default; });
        using var reply = await handler.HandleAsync(Known(Int(1)).ToByteArray(), null, TestContext.Current.CancellationToken);
        var limit = reply.Bytes.Length + 7;

        var again = Handler(Spec, (context, _, _) => { context.Reply(Types.String, new('x', 400)); return default; }, maximumReplyBytes: limit);

        Assert.Single((await again.ResultAsync(Known(Int(1)))).OutgoingMessages);
    }

    [Theory]
    [InlineData("", "key", null)]
    [InlineData("stream", "", null)]
    [InlineData("stream", "key", "340282366920938463463374607431768211456")]
    [InlineData("stream", "key", "01")]
    public async Task Fails_for_a_record_that_Kinesis_would_refuse(string stream, string key, string? hash) => await Assert.ThrowsAsync<ArgumentException>(
        () => Handler(Spec, (context, _, _) => { context.SendKinesis(TypeName.Parse("a/b"), stream, key, "", hash); return default; }).AnswerAsync(Known(Int(1))));

    [Theory]
    [InlineData("key", 0, false)]
    [InlineData("key", 1, true)]
    [InlineData("kéy", 0, true)]
    public async Task Fails_for_a_record_larger_than_the_egress_takes(string key, int beyond, bool fails)
    {
        var data = new byte[Context.MaximumKinesisRecordBytes - 3 + beyond];
        var handler = Handler(Spec, (context, _, _) => { context.SendKinesis(TypeName.Parse("a/b"), "s", key, data); return default; });

        var error = await Xunit.Record.ExceptionAsync(() => handler.AnswerAsync(Known(Int(1))));

        Assert.Equal(fails, error is ArgumentException);
    }

    [Fact]
    public async Task Fails_for_a_partition_key_longer_than_Kinesis_takes() => await Assert.ThrowsAsync<ArgumentException>(
        () => Handler(Spec, (context, _, _) => { context.SendKinesis(TypeName.Parse("a/b"), "s", new('k', 257), ""); return default; }).AnswerAsync(Known(Int(1))));

    [Fact]
    public async Task Fails_for_a_delay_that_would_fail_the_job() => await Assert.ThrowsAsync<ArgumentOutOfRangeException>(
        () => Handler(Spec, (context, message, _) => { context.SendAfter(TimeSpan.FromMilliseconds(-1), context.Self, message); return default; })
            .AnswerAsync(Known(Int(1))));

    private static FromFunction.Types.EgressMessage Record(string name, IMessage record) => new()
    {
        EgressNamespace = "com.example",
        EgressType = "out",
        Argument = Value($"type.googleapis.com/io.statefun.sdk.egress.{name}", record),
    };

    private static ToFunction Known(params TypedValue[] arguments) => To(Type, "1", arguments).With("seen").With("name").With("flag");
}
