using KinesisPatterns.Local.ApiGateway;
using KinesisPatterns.Local.DynamoDb;
using KinesisPatterns.Local.EventBridge;
using KinesisPatterns.Local.Faults;
using KinesisPatterns.Local.Firehose;
using KinesisPatterns.Local.Flink;
using KinesisPatterns.Local.Iam;
using KinesisPatterns.Local.Kinesis;
using KinesisPatterns.Local.Lambda;
using KinesisPatterns.Local.Messaging;
using KinesisPatterns.Local.S3;
using KinesisPatterns.Local.SecretsManager;
using KinesisPatterns.Local.State;
using KinesisPatterns.Local.StatefulFunctions;
using KinesisPatterns.Local.StepFunctions;
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
    private readonly Lazy<string> _scratch = new(() => Directory.CreateTempSubdirectory("kinesis-patterns-code-").FullName);

    /// <summary>Who may do what; null when permissions are not enforced.</summary>
    public Authorization? Authorization { get; init; }

    /// <summary>State machines, which run when they are started.</summary>
    public required StepFunctionsService StateMachines { get; init; }

    public TimestreamService Timestream { get; init; } = new();

    public List<FlinkJob> Jobs { get; } = [];

    /// <summary>The modules of Stateful Functions whose runtime the host plays.</summary>
    public List<StatefulFunctionsJob> Modules { get; } = [];

    /// <summary>A folder for code that has to be unpacked; it goes with the host.</summary>
    public string Scratch => _scratch.Value;

    /// <summary>What outlives the host; null when nothing does.</summary>
    public HostState? State { get; init; }

    /// <summary>What goes wrong; null when nothing does on purpose.</summary>
    public FaultPlan? Faults { get; init; }

    public async ValueTask DisposeAsync()
    {
        // What feeds others stops first.
        foreach (var job in Jobs)
        {
            await job.DisposeAsync();
        }

        foreach (var module in Modules)
        {
            await module.DisposeAsync();
        }

        await StateMachines.DisposeAsync();
        await Lambda.DisposeAsync();
        await Firehose.DisposeAsync();
        await DynamoDb.DisposeAsync();
        await Kinesis.DisposeAsync();
        if (_scratch.IsValueCreated)
        {
            Directory.Delete(_scratch.Value, recursive: true);
        }

        State?.Dispose();
    }
}
