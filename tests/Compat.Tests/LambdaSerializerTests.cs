using System.Text;
using System.Text.Json.Serialization;
using Amazon.Lambda.APIGatewayEvents;
using Amazon.Lambda.Core;
using Amazon.Lambda.KinesisEvents;
using Amazon.Lambda.Serialization.SystemTextJson;

namespace Compat.Tests;

public sealed class LambdaSerializerTests
{
    // The event of https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html, shortened to one record.
    private const string KinesisEvent = """
        {"Records":[{"kinesis":{"kinesisSchemaVersion":"1.0","partitionKey":"1",
          "sequenceNumber":"49590338271490256608559692538361571095921575989136588898",
          "data":"SGVsbG8sIHRoaXMgaXMgYSB0ZXN0Lg==","approximateArrivalTimestamp":1545084650.987},
          "eventSource":"aws:kinesis","eventVersion":"1.0",
          "eventID":"shardId-000000000006:49590338271490256608559692538361571095921575989136588898",
          "eventName":"aws:kinesis:record","invokeIdentityArn":"arn:aws:iam::123456789012:role/lambda-role",
          "awsRegion":"us-east-2","eventSourceARN":"arn:aws:kinesis:us-east-2:123456789012:stream/lambda-stream"}]}
        """;

    public static TheoryData<string> Serializers => ["reflection", "source generator"];

    [Theory]
    [MemberData(nameof(Serializers))]
    public void Reads_the_documented_kinesis_event(string which)
    {
        var record = Assert.Single(Read<KinesisEvent>(which, KinesisEvent).Records);

        Assert.Equal("Hello, this is a test.", Encoding.UTF8.GetString(record.Kinesis.Data.ToArray()));
        Assert.Equal("49590338271490256608559692538361571095921575989136588898", record.Kinesis.SequenceNumber);
        Assert.Equal(
            new DateTime(2018, 12, 17, 22, 10, 50, 987, DateTimeKind.Utc),
            record.Kinesis.ApproximateArrivalTimestamp!.Value,
            TimeSpan.FromMilliseconds(1));
        Assert.Equal("1.0", record.Kinesis.KinesisSchemaVersion);
        Assert.Equal("arn:aws:kinesis:us-east-2:123456789012:stream/lambda-stream", record.EventSourceARN);
        Assert.StartsWith("shardId-000000000006:", record.EventId, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Serializers))]
    public void Reads_numbers_in_the_state_of_a_window_as_text(string which)
    {
        var window = Read<KinesisTimeWindowEvent>(which, """
            {"Records":[],"window":{"start":"2020-12-09T07:04:00Z","end":"2020-12-09T07:06:00Z"},"state":{"1":282,"b":"x"},
             "shardId":"shardId-000000000006","isFinalInvokeForWindow":false,"isWindowTerminatedEarly":false}
            """);

        Assert.Equal("282", window.State["1"]);
        Assert.Equal("x", window.State["b"]);
        Assert.Equal(new DateTime(2020, 12, 9, 7, 4, 0, DateTimeKind.Utc), window.Window.Start);
        Assert.False(window.IsFinalInvokeForWindow);
    }

    [Theory]
    [MemberData(nameof(Serializers))]
    public void Writes_failures_as_lambda_wants_them(string which)
    {
        var response = new StreamsEventResponse { BatchItemFailures = [new() { ItemIdentifier = "49" }] };

        Assert.Equal("""{"batchItemFailures":[{"itemIdentifier":"49"}]}""", Write(which, response));
    }

    [Theory]
    [MemberData(nameof(Serializers))]
    public void Api_gateway_requests_and_responses_pass(string which)
    {
        var request = Read<APIGatewayProxyRequest>(which, """
            {"resource":"/devices/{device}/latest","path":"/devices/m-1/latest","httpMethod":"GET","headers":{"Accept":"*/*"},
             "multiValueHeaders":{"Accept":["*/*"]},"queryStringParameters":null,"pathParameters":{"device":"m-1"},
             "requestContext":{"stage":"prod","identity":{"sourceIp":"127.0.0.1"},"requestTimeEpoch":1545084650987},"body":null,
             "isBase64Encoded":false}
            """);

        Assert.Equal("m-1", request.PathParameters["device"]);
        Assert.Null(request.QueryStringParameters);
        Assert.Equal("127.0.0.1", request.RequestContext.Identity.SourceIp);
        Assert.Equal(
            """{"statusCode":200,"headers":{"a":"b"},"body":"{\"x\":1}","isBase64Encoded":false}""",
            Write(which, new APIGatewayProxyResponse
            {
                StatusCode = 200,
                Headers = new Dictionary<string, string> { ["a"] = "b" },
                Body = """{"x":1}""",
            }));
    }

    [Fact]
    public void Says_which_type_it_could_not_read()
    {
        var error = Assert.Throws<JsonSerializerException>(() => Read<KinesisEvent>("source generator", """{"Records":7}"""));

        Assert.Contains("Amazon.Lambda.KinesisEvents.KinesisEvent", error.Message, StringComparison.Ordinal);
    }

    private static ILambdaSerializer Serializer(string which) => which == "reflection"
        ? new DefaultLambdaJsonSerializer()
        : new SourceGeneratorLambdaJsonSerializer<EventsJson>();

    private static T Read<T>(string which, string json) =>
        Serializer(which).Deserialize<T>(new MemoryStream(Encoding.UTF8.GetBytes(json)));

    private static string Write<T>(string which, T value)
    {
        var stream = new MemoryStream();
        Serializer(which).Serialize(value, stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}

[JsonSerializable(typeof(KinesisEvent))]
[JsonSerializable(typeof(KinesisTimeWindowEvent))]
[JsonSerializable(typeof(StreamsEventResponse))]
[JsonSerializable(typeof(APIGatewayProxyRequest))]
[JsonSerializable(typeof(APIGatewayProxyResponse))]
internal sealed partial class EventsJson : JsonSerializerContext;
