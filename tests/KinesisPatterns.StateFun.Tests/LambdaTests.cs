using System.Buffers;
using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using KinesisPatterns.StateFun.Lambda;
using KinesisPatterns.StateFun.Tests.Protocol;
using KinesisPatterns.StateFun.VerificationHost;
using static KinesisPatterns.StateFun.Tests.Requests;

namespace KinesisPatterns.StateFun.Tests;

public sealed class LambdaTests
{
    private static readonly ToFunction Request = To("sdk.verification.functions/types-validation", "1", Int(41));

    private readonly LambdaRequestReply _lambda = new(VerificationFunctions.All());

    [Theory]
    [InlineData("""{"resource":"/{function}","httpMethod":"POST","body":"$","isBase64Encoded":true,"requestContext":{"stage":"prod","body":"no"}}""")]
    [InlineData("""{"version":"2.0","rawPath":"/","headers":{"content-type":"application/octet-stream"},"isBase64Encoded":true,"body":"$"}""")]
    public async Task A_request_in_Base64_is_answered_in_Base64(string proxyEvent)
    {
        var answer = await AnswerAsync(proxyEvent.Replace("$", Convert.ToBase64String(Request.ToByteArray()), StringComparison.Ordinal));

        Assert.Equal(200, (int)answer["statusCode"]!);
        Assert.Equal("application/octet-stream", (string)answer["headers"]!["Content-Type"]!);
        Assert.True((bool)answer["isBase64Encoded"]!);
        var result = FromFunction.Parser.ParseFrom(Convert.FromBase64String((string)answer["body"]!)).InvocationResult;
        Assert.Equal(Int(42), Assert.Single(result.OutgoingMessages).Argument);
    }

    [Fact]
    public async Task A_body_with_escaped_characters_is_read()
    {
        var body = Convert.ToBase64String(Request.ToByteArray()).Replace("/", "\\/", StringComparison.Ordinal).Replace("=", "\\u003d", StringComparison.Ordinal);

        Assert.Equal(200, (int)(await AnswerAsync($$"""{"body":"{{body}}","isBase64Encoded":true}"""))["statusCode"]!);
    }

    [Fact]
    public async Task A_stream_is_answered_as_bytes_are()
    {
        var bytes = Encoding.UTF8.GetBytes($$"""{"body":"{{Convert.ToBase64String(Request.ToByteArray())}}","isBase64Encoded":true}""");

        var answer = await _lambda.HandleAsync(new MemoryStream(bytes), TestContext.Current.CancellationToken);

        Assert.Equal(200, (int)(await JsonNode.ParseAsync(answer, cancellationToken: TestContext.Current.CancellationToken))!["statusCode"]!);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("")]
    [InlineData("""{"isBase64Encoded":true}""")]
    [InlineData("""{"body":null,"isBase64Encoded":true}""")]
    [InlineData("""{"body":"%%%","isBase64Encoded":true}""")]
    [InlineData("""{"body":"AAAA","isBase64Encoded":true}""")]
    public async Task An_event_without_a_request_fails_so_that_Lambda_counts_it(string proxyEvent) =>
        await Assert.ThrowsAsync<MalformedMessageException>(() => AnswerAsync(proxyEvent));

    [Fact]
    public async Task Fails_with_advice_when_the_API_takes_bytes_for_text()
    {
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => AnswerAsync("""{"body":"\ufffd","isBase64Encoded":false}"""));

        Assert.Contains("set the binary media types of the REST API to */*", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_function_throws_is_thrown_so_that_Lambda_counts_it()
    {
        var request = To("sdk.verification.functions/command-interpreter", "1", Text("throw")).With("state_a").With("state_b").With("state_c");

        await Assert.ThrowsAsync<InvalidOperationException>(
            () => AnswerAsync($$"""{"body":"{{Convert.ToBase64String(request.ToByteArray())}}","isBase64Encoded":true}"""));
    }

    [Fact]
    public async Task A_value_that_its_type_cannot_read_is_the_function_s_to_fail_on() => await Assert.ThrowsAsync<FormatException>(
        () => AnswerAsync($$"""{"body":"{{Convert.ToBase64String(To("sdk.verification.functions/types-validation", "1", Damaged()).ToByteArray())}}","isBase64Encoded":true}"""));

    [Fact]
    public async Task The_largest_answer_fits_into_what_Lambda_carries()
    {
        var functions = new StatefulFunctions();
        var length = LambdaRequestReply.MaximumReplyBytes - 200;
        functions.Add(new(TypeName.Parse("a/b")), (context, _, _) => { context.Reply(Types.String, new('x', length)); return default; });
        var output = new ArrayBufferWriter<byte>();

        await new LambdaRequestReply(functions).HandleAsync(
            Encoding.UTF8.GetBytes($$"""{"body":"{{Convert.ToBase64String(To("a/b", "1", Int(1)).ToByteArray())}}","isBase64Encoded":true}"""),
            output,
            TestContext.Current.CancellationToken);

        Assert.InRange(output.WrittenCount, 6_290_000, 6 * 1024 * 1024);
    }

    [Fact]
    public void Fails_for_a_limit_beyond_what_Lambda_carries() => Assert.Throws<ArgumentOutOfRangeException>(
        () => new LambdaRequestReply(VerificationFunctions.All(), maximumReplyBytes: LambdaRequestReply.MaximumReplyBytes + 1));

    private async Task<JsonNode> AnswerAsync(string proxyEvent)
    {
        var output = new ArrayBufferWriter<byte>();
        await _lambda.HandleAsync(Encoding.UTF8.GetBytes(proxyEvent), output, TestContext.Current.CancellationToken);
        return JsonNode.Parse(output.WrittenSpan)!;
    }
}
