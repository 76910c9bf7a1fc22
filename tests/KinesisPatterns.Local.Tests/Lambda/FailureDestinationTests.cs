using System.Text.Json;
using KinesisPatterns.Local.Hosting;
using KinesisPatterns.Local.Lambda;
using KinesisPatterns.Local.Messaging;
using KinesisPatterns.Local.S3;

namespace KinesisPatterns.Local.Tests.Lambda;

[Rule("https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html")]
public sealed class FailureDestinationTests : IAsyncDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("kinesis-patterns-test-");
    private readonly MappingRig _rig = new() { Function = _ => Reply.Error() };
    private readonly SqsService _queues;
    private readonly SnsService _topics;
    private readonly List<FailureDocument> _kept = [];

    public FailureDestinationTests()
    {
        _queues = new(new("000000000000", "us-east-1"), _rig.Time);
        _topics = new(new("000000000000", "us-east-1"), _queues, _rig.Time);
        _rig.Destination = new FailureDestination(new S3Service(_folder.FullName, _rig.Time), _queues, _topics, _kept.Add);
    }

    [Fact]
    public async Task A_queue_gets_the_metadata_as_the_body_without_the_payload()
    {
        var queue = _queues.Create("failures", new Dictionary<string, string>());

        await FailAsync(queue.Arn);

        using var document = JsonDocument.Parse(Assert.Single(queue.Messages).Body);
        CheckDocument(document.RootElement);
        Assert.Single(_kept);
    }

    [Fact]
    public async Task A_topic_gets_the_metadata_as_its_message()
    {
        var queue = _queues.Create("listener", new Dictionary<string, string>());
        var topic = _topics.Create("failures");
        _topics.Subscribe(topic.Arn, "sqs", queue.Arn, new Dictionary<string, string>());

        await FailAsync(topic.Arn);

        using var envelope = JsonDocument.Parse(Assert.Single(queue.Messages).Body);
        using var document = JsonDocument.Parse(envelope.RootElement.GetProperty("Message").GetString()!);
        CheckDocument(document.RootElement);
    }

    [Fact]
    public async Task A_queue_that_is_not_there_is_told_of_and_the_records_count_as_dropped()
    {
        await FailAsync("arn:aws:sqs:us-east-1:000000000000:none");

        Assert.All(_rig.Ends.Values, end => Assert.Equal(RecordEnd.Dropped, end.End));
        Assert.Contains(_rig.Remarks, remark => remark.Contains("none does not exist", StringComparison.Ordinal));
        Assert.Empty(_kept);
    }

    public async ValueTask DisposeAsync()
    {
        await _rig.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private async Task FailAsync(string destination)
    {
        _rig.PutAll("1", "2");
        await MappingRig.IdleAsync(_rig.Map(s => s with { MaximumRetryAttempts = 1, OnFailureDestinationArn = destination }));
    }

    private static void CheckDocument(JsonElement document)
    {
        Assert.Equal(
            ["requestContext", "responseContext", "version", "timestamp", "KinesisBatchInfo"], document.EnumerateObject().Select(member => member.Name));
        Assert.Equal("RetryAttemptsExhausted", document.GetProperty("requestContext").GetProperty("condition").GetString());
        Assert.Equal(2, document.GetProperty("requestContext").GetProperty("approximateInvokeCount").GetInt32());
        Assert.Equal(2, document.GetProperty("KinesisBatchInfo").GetProperty("batchSize").GetInt32());
    }
}
