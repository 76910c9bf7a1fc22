using Amazon.Kinesis;
using Amazon.Lambda.Core;
using KinesisPatterns.Lambdas;
using KinesisPatterns.Lambdas.Cleansing;
using KinesisPatterns.Lambdas.Streams;

await FunctionHost.RunAsync(static () =>
{
    var rules = CleansingRules.Load(Path.Combine(AppContext.BaseDirectory, Settings.Required("CLEANSING_RULES_FILE")));
    var kinesis = new AmazonKinesisClient();
    var metrics = new EmbeddedMetrics(Console.OpenStandardOutput());
    return new CleansingFunction(new(rules), Sender("CLEANSED_STREAM_NAME"), Sender("REJECTED_STREAM_NAME"), metrics).HandleAsync;

    RecordSender Sender(string variable) => new(
        new KinesisStream(kinesis, Settings.Required(variable)),
        exception => LambdaLogger.Log(LogLevel.Error, exception, "Records could not be put into {stream}.", variable));
});
