using Amazon.DynamoDBv2;
using Amazon.Lambda.Core;
using KinesisPatterns.Lambdas;
using KinesisPatterns.Lambdas.Projection;
using KinesisPatterns.ReadModel;

await FunctionHost.RunAsync(static () =>
{
    var dynamo = new AmazonDynamoDBClient();
    return new ProjectionFunction(
        ReadModelAlias.OfEnvironment(dynamo),
        name => new DynamoReadModelTable(dynamo, name),
        new EmbeddedMetrics(Console.OpenStandardOutput()),
        static exception => LambdaLogger.Log(LogLevel.Error, exception, "Events could not be brought into the read model.")).HandleAsync;
});
