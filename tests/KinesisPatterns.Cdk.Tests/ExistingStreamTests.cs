using Stream = Amazon.CDK.AWS.Kinesis.Stream;

namespace KinesisPatterns.Cdk.Tests;

public sealed class ExistingStreamTests
{
    private const string Arn = "arn:aws:kinesis:eu-central-1:111122223333:stream/orders";

    private readonly Stack _stack = new();

    [Fact]
    public void A_function_reads_it()
    {
        new StreamFunction(_stack, "Handle", new() { Source = Orders(), Function = Published.Function });

        _stack.ShouldHave("AWS::Lambda::EventSourceMapping", $$"""{ "EventSourceArn": "{{Arn}}" }""");
        Assert.Contains("kinesis:GetRecords", _stack.AllowedActions());
    }

    [Fact]
    public void Its_retention_limits_the_age_of_records()
    {
        var source = Orders(Duration.Days(2));

        new StreamFunction(_stack, "Handle", new() { Source = source, Function = Published.Function });

        _stack.ShouldHave("AWS::Lambda::EventSourceMapping", """{ "MaximumRecordAgeInSeconds": 129600 }""");
    }

    private ExistingStream Orders(Duration? retention = null) =>
        new(Stream.FromStreamArn(_stack, "Orders", Arn), retention);
}
