using System.Text;
using System.Text.Json;
using KinesisPatterns.Local.Lambda;

namespace KinesisPatterns.Local.Tests.Lambda;

[Rule("https://docs.aws.amazon.com/lambda/latest/dg/kinesis-on-failure-destination.html")]
public sealed class DestinationTests
{
    [Fact]
    public async Task Keeps_the_event_beside_its_metadata_in_a_bucket()
    {
        await using var rig = new MappingRig { Function = _ => Reply.Error() };
        var first = rig.Put("key", "1");
        var last = rig.Put("key", "2");

        var mapping = rig.Map(s => s with { MaximumRetryAttempts = 0, OnFailureDestinationArn = MappingRig.Bucket });
        await MappingRig.IdleAsync(mapping);

        var (arn, document, body) = Assert.Single(rig.DeadLetters);
        Assert.Equal(MappingRig.Bucket, arn);
        Assert.Equal(
            $$$"""{"requestContext":{"requestId":"request","functionArn":"arn:aws:lambda:us-east-1:000000000000:function:price","condition":"RetryAttemptsExhausted","approximateInvokeCount":1},"responseContext":{"statusCode":200,"executedVersion":"$LATEST","functionError":"Unhandled"},"version":"1.0","timestamp":"2026-11-22T19:28:00.000Z","KinesisBatchInfo":{"shardId":"shardId-000000000000","startSequenceNumber":"{{{first}}}","endSequenceNumber":"{{{last}}}","approximateArrivalOfFirstRecord":"2026-11-22T19:28:00.000Z","approximateArrivalOfLastRecord":"2026-11-22T19:28:00.000Z","batchSize":2,"streamArn":"arn:aws:kinesis:us-east-1:000000000000:stream/orders"}}""",
            Encoding.UTF8.GetString(document.Metadata.Span));
        Assert.Equal(rig.Deliveries[0].Event.GetRawText(), body.GetProperty("payload").GetRawText());
        Assert.Equal(JsonValueKind.Array, body.GetProperty("payload").GetProperty("Records").ValueKind);
        Assert.Matches(
            $"^aws/lambda/{mapping.Uuid}/shardId-000000000000/2026/11/22/2026-11-22T19\\.28\\.00-[0-9a-f]{{8}}(-[0-9a-f]{{4}}){{3}}-[0-9a-f]{{12}}$",
            document.S3Key);
        Assert.Equal(2, document.RecordCount);
    }

    [Fact]
    public async Task Tries_again_when_delivery_fails()
    {
        await using var rig = new MappingRig
        {
            Function = _ => Reply.Error(),
            DestinationFault = call => call < 3 ? new IOException("no bucket") : null,
        };
        rig.PutAll("1");

        await MappingRig.IdleAsync(
            rig.Map(s => s with { MaximumRetryAttempts = 0, OnFailureDestinationArn = MappingRig.Bucket }));

        Assert.Equal(RecordEnd.DeadLettered, rig.Ends["1"].End);
        Assert.Equal(3, rig.DestinationCalls);
    }

    [Fact]
    public async Task Says_so_when_a_record_could_not_be_delivered_either()
    {
        await using var rig = new MappingRig { Function = _ => Reply.Error(), DestinationFault = _ => new IOException("no bucket") };
        rig.PutAll("1");

        var mapping = rig.Map(s => s with { MaximumRetryAttempts = 0, OnFailureDestinationArn = MappingRig.Bucket });
        await MappingRig.IdleAsync(mapping);

        Assert.Equal(RecordEnd.Dropped, rig.Ends["1"].End);
        Assert.Contains("no bucket", rig.Ends["1"].Detail, StringComparison.Ordinal);
        Assert.Contains("no bucket", mapping.LastError, StringComparison.Ordinal);
    }
}
