using KinesisPatterns.Local.Hosting;
using KinesisPatterns.Local.Messaging;
using KinesisPatterns.Local.Tests.Kinesis;

namespace KinesisPatterns.Local.Tests.Messaging;

[Rule("https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-visibility-timeout.html")]
public sealed class SqsQueueTests
{
    private readonly ManualTime _time = new();
    private readonly SqsService _service;

    public SqsQueueTests() => _service = new(new("000000000000", "us-east-1"), _time);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Hides_a_message_until_its_visibility_timeout_is_over()
    {
        var queue = Create(("VisibilityTimeout", "10"));
        queue.Send("order");

        Assert.Single(await ReceiveAsync(queue));
        _time.Advance(TimeSpan.FromSeconds(9));
        Assert.Empty(await ReceiveAsync(queue));
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(2, Assert.Single(await ReceiveAsync(queue)).Receives);
    }

    [Fact]
    public async Task Moves_what_was_received_too_often_to_the_dead_letter_queue()
    {
        var dead = _service.Create("dead", new Dictionary<string, string>());
        var queue = Create(("VisibilityTimeout", "0"), ("RedrivePolicy", $$"""{"deadLetterTargetArn":"{{dead.Arn}}","maxReceiveCount":"2"}"""));
        queue.Send("poison");

        Assert.Single(await ReceiveAsync(queue));
        Assert.Single(await ReceiveAsync(queue));
        Assert.Empty(await ReceiveAsync(queue));

        Assert.Equal("poison", Assert.Single(dead.Messages).Body);
        Assert.Empty(queue.Messages);
    }

    [Fact]
    public async Task Delays_a_message()
    {
        var queue = Create(("DelaySeconds", "5"));
        queue.Send("later");
        queue.Send("now", delay: 0);

        Assert.Equal("now", Assert.Single(await ReceiveAsync(queue)).Body);
        _time.Advance(TimeSpan.FromSeconds(5));
        Assert.Equal("later", Assert.Single(await ReceiveAsync(queue)).Body);
    }

    [Fact]
    public void Forgets_messages_after_the_retention()
    {
        var queue = Create(("MessageRetentionPeriod", "60"));
        queue.Send("old");
        _time.Advance(TimeSpan.FromSeconds(61));
        queue.Send("new");

        Assert.Equal("new", Assert.Single(queue.Messages).Body);
    }

    [Fact]
    public void Counts_attributes_into_the_size_of_a_message()
    {
        var queue = Create(("MaximumMessageSize", "1024"));
        queue.Send(new string('x', 1024));

        var error = Assert.Throws<AwsJsonError>(() => queue.Send(
            new string('x', 1014), new() { ["a"] = new System.Text.Json.Nodes.JsonObject { ["DataType"] = "String", ["StringValue"] = "four" } }));

        Assert.Equal("InvalidParameterValue", error.Code);
    }

    [Theory]
    [InlineData("VisibilityTimeout", "43201", "InvalidAttributeValue")]
    [InlineData("VisibilityTimeout", "soon", "InvalidAttributeValue")]
    [InlineData("Colour", "red", "InvalidAttributeName")]
    public void Refuses_attributes_that_make_no_sense(string name, string value, string code) =>
        Assert.Equal(code, Assert.Throws<AwsJsonError>(() => Create((name, value))).Code);

    [Theory]
    [InlineData("orders.fifo")]
    [InlineData("or ders")]
    [InlineData("")]
    public void Refuses_names_that_no_standard_queue_has(string name) =>
        Assert.Throws<AwsJsonError>(() => _service.Create(name, new Dictionary<string, string>()));

    private SqsQueue Create(params (string Name, string Value)[] attributes) =>
        _service.Create("orders", attributes.ToDictionary(a => a.Name, a => a.Value));

    private Task<IReadOnlyList<SqsMessage>> ReceiveAsync(SqsQueue queue) => queue.ReceiveAsync(
        10, queue.Number("VisibilityTimeout"), TimeSpan.Zero, (arn, message) => _service.Get(arn).Send(message.Body), Stop);
}
