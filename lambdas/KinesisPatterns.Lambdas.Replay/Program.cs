using Amazon.DynamoDBv2;
using Amazon.Kinesis;
using Amazon.Lambda.Core;
using Amazon.S3;
using KinesisPatterns.Lambdas;
using KinesisPatterns.Lambdas.Replay;
using KinesisPatterns.ReadModel;
using KinesisPatterns.Replay;

await FunctionHost.RunAsync(static () =>
{
    var dynamo = new AmazonDynamoDBClient();
    var target = Settings.Required("NEW_TABLE_NAME");
    var models = Settings.Required("READ_MODELS_TABLE_NAME");
    var local = Environment.GetEnvironmentVariable("AWS_ENDPOINT_URL") is { Length: > 0 };
    return new ReplayFunction(
        new(new()
        {
            Archive = new S3Archive(new AmazonS3Client(new AmazonS3Config { ForcePathStyle = local }), Settings.Required("ARCHIVE_BUCKET_NAME"), Settings.Required("ARCHIVE_PREFIX")),
            Stream = new KinesisEventStream(new AmazonKinesisClient(), Settings.Required("EVENTS_STREAM_NAME")),
            Target = new DynamoReadModelTable(dynamo, target),
            Open = name => new DynamoReadModelTable(dynamo, name),
            Alias = new ReadModelAlias(dynamo, models, Settings.Required("READ_MODEL_TABLE_NAME")),
            Checkpoints = new DynamoCheckpoints(dynamo, models, target),
            OnMalformed = static problem => LambdaLogger.Log(LogLevel.Warning, $"No event: {problem}"),
        }),
        new EmbeddedMetrics(Console.OpenStandardOutput())).HandleAsync;
});
