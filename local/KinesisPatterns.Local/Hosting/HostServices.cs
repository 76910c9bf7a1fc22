using KinesisPatterns.Local.ApiGateway;
using KinesisPatterns.Local.DynamoDb;
using KinesisPatterns.Local.EventBridge;
using KinesisPatterns.Local.Firehose;
using KinesisPatterns.Local.Flink;
using KinesisPatterns.Local.Kinesis;
using KinesisPatterns.Local.Lambda;
using KinesisPatterns.Local.Messaging;
using KinesisPatterns.Local.S3;
using KinesisPatterns.Local.SecretsManager;
using KinesisPatterns.Local.Timestream;

namespace KinesisPatterns.Local.Hosting;

/// <summary>The services of one host; databases by the logical id of their resource.</summary>
internal sealed record HostServices(
    KinesisService Kinesis,
    LambdaService Lambda,
    DynamoDbService DynamoDb,
    S3Service S3,
    SecretsManagerService Secrets,
    FirehoseService Firehose,
    ApiGatewayService Api,
    EventBridgeService Events,
    SqsService Queues,
    SnsService Topics,
    Dictionary<string, InfluxService> Influx) : IAsyncDisposable
{
    public TimestreamService Timestream { get; } = new();

    public List<FlinkJob> Jobs { get; } = [];

    public async ValueTask DisposeAsync()
    {
        // What feeds others stops first.
        foreach (var job in Jobs)
        {
            await job.DisposeAsync();
        }

        await Lambda.DisposeAsync();
        await Firehose.DisposeAsync();
        await DynamoDb.DisposeAsync();
        await Kinesis.DisposeAsync();
    }
}
