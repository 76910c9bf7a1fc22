using Google.Protobuf;
using KinesisPatterns.StateFun.Testing.Wire;
using KinesisPatterns.StateFun.Tests.Protocol;
using KinesisPatterns.StateFun.VerificationHost;
using static KinesisPatterns.StateFun.Tests.Requests;

namespace KinesisPatterns.StateFun.Tests;

public sealed class FuzzTests
{
    private const int Cases = 10_000;

    [Fact]
    public void A_damaged_request_is_answered_or_refused_and_takes_no_more_memory_than_its_size_allows()
    {
        var random = new Random(20261126);
        var handler = new RequestReplyHandler(VerificationFunctions.All());
        var seeds = Seeds().Select(s => s.ToByteArray()).ToArray();
        for (var i = 0; i < Cases; i++)
        {
            var request = Damage(seeds[random.Next(seeds.Length)], random);
            var before = GC.GetAllocatedBytesForCurrentThread();
            AnswerOrRefuse(handler, request, i);
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(allocated < 100_000 + (200L * request.Length), $"case {i}: {allocated} bytes for {Convert.ToHexString(request)}");
        }
    }

    [Theory]
    [InlineData(0x12)]
    [InlineData(0x1A)]
    public void A_request_of_many_empty_states_or_invocations_takes_a_small_multiple_of_its_size(byte tag)
    {
        var target = To("bench/noop", "1").Invocation.ToByteArray();
        var invocation = (byte[])[.. target, .. Enumerable.Repeat((byte[])[tag, 0], 1_000_000).SelectMany(field => field)];
        var request = StateFun.Wire.Proto.Field(100, invocation);
        var before = GC.GetAllocatedBytesForCurrentThread();

        using var batch = StateFun.Wire.InvocationBatch.Of(request);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 10L * request.Length);
        Assert.Equal(1_000_000, batch.Count + batch.StateCount);
    }

    [Fact]
    public void The_decoder_agrees_with_protobuf_on_what_is_a_request()
    {
        var random = new Random(42);
        var seeds = Seeds().Select(s => s.ToByteArray()).ToArray();
        for (var i = 0; i < Cases; i++)
        {
            var bytes = Damage(seeds[random.Next(seeds.Length)], random);
            var expected = Parse(bytes);
            var got = Read(bytes);

            // Text that is not UTF-8 is refused when it is used, not when it is passed on.
            if (expected is not null)
            {
                Assert.True(expected == got, $"case {i}: {Convert.ToHexString(bytes)}\n{expected}\n{got}");
            }
        }
    }

    private static string? Parse(byte[] bytes)
    {
        try
        {
            var request = ToFunction.Parser.ParseFrom(bytes).Invocation;
            return request?.Target is null ? null : string.Join(
                '\n',
                [
                    $"{request.Target?.Namespace}/{request.Target?.Type}/{request.Target?.Id}",
                    .. request.State.Select(s => $"{s.StateName}={s.StateValue?.HasValue ?? false} {Hex(s.StateValue?.Value)}"),
                    .. request.Invocations.Select(i => $"{i.Caller is not null} {i.Argument?.Typename} {i.Argument?.HasValue ?? false} {Hex(i.Argument is { HasValue: true } a ? a.Value : null)}"),
                ]);
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }

        static string Hex(ByteString? bytes) => Convert.ToHexString(bytes is null ? [] : bytes.Span);
    }

    private static string? Read(byte[] bytes)
    {
        try
        {
            using var batch = StateFun.Wire.InvocationBatch.Of(bytes);
            var lines = new List<string>
            {
                $"{Utf8(batch.TargetNamespace)}/{Utf8(batch.TargetType)}/{Utf8(batch.TargetId)}",
            };
            for (var i = 0; i < batch.StateCount; i++)
            {
                lines.Add($"{Utf8(batch.StateName(i))}={batch.StateHasValue(i)} {Convert.ToHexString(batch.StateBytes(i).Span)}");
            }

            for (var i = 0; i < batch.Count; i++)
            {
                var argument = batch.Argument(i);
                lines.Add($"{batch.HasCaller(i)} {argument.TypeName} {argument.HasValue} {Convert.ToHexString(argument.Bytes.Span)}");
            }

            return string.Join('\n', lines);
        }
        catch (MalformedMessageException)
        {
            return null;
        }

        static string Utf8(ReadOnlySpan<byte> text) => System.Text.Encoding.UTF8.GetString(text);
    }

    private static void AnswerOrRefuse(RequestReplyHandler handler, byte[] request, int number)
    {
        try
        {
            using var reply = handler.HandleAsync(request).AsTask().GetAwaiter().GetResult();
            MessageReader.Read(reply.Bytes);
        }
        catch (Exception error) when (error is FormatException or InvalidOperationException or ArgumentException or InvalidProtocolBufferException)
        {
            Assert.False(error is ArgumentOutOfRangeException or IndexOutOfRangeException, $"case {number}: {error}");
        }
    }

    private static IEnumerable<ToFunction> Seeds()
    {
        yield return To("sdk.verification.functions/types-validation", "1", Int(7), Text("A"));
        yield return To("sdk.verification.functions/command-interpreter", "id", Text("inc-a"), Text("report"), Text("kinesis"))
            .With("state_a", Int(1)).With("state_b").With("state_c", Text(""));
        yield return To("bench/pipeline", "1", [.. Enumerable.Repeat(Text(new string('x', 100)), 20)]).With("seen", Int(3));
    }

    private static byte[] Damage(byte[] seed, Random random)
    {
        var bytes = seed.ToList();
        for (var damages = random.Next(1, 5); damages > 0 && bytes.Count > 0; damages--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 2:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 3:
                    bytes.RemoveAt(at);
                    break;
                default:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
            }
        }

        return [.. bytes];
    }
}
