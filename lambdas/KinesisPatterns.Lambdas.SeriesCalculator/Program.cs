using Amazon.DynamoDBv2;
using Amazon.EventBridge;
using Amazon.Lambda.Core;
using KinesisPatterns.Lambdas;
using KinesisPatterns.Lambdas.SeriesCalculator;

await FunctionHost.RunAsync(static () =>
{
    var window = Settings.Number("WINDOW_SECONDS", 1, 86_400) * 1000L;
    var retention = TimeSpan.FromDays(Settings.Number("SERIES_RETENTION_DAYS", 1, 36_500));
    var table = new DynamoSeriesTable(new AmazonDynamoDBClient(), Settings.Required("SERIES_TABLE_NAME"), window, retention);
    var cooldown = TimeSpan.FromMinutes(Settings.Number("ANOMALY_COOLDOWN_MINUTES", 0, 525_600));
    var detection = new SeriesDetection(table, window, new(Settings.Share("ANOMALY_THRESHOLD"), cooldown));
    var alerts = new EventBridgeAlerts(new AmazonEventBridgeClient(), Settings.Required("EVENT_BUS_NAME"));
    return new SeriesCalculatorFunction(
        new(table, window, detection), new(), detection, StoreSettings.Store(Log), alerts, new EmbeddedMetrics(Console.OpenStandardOutput()), Log).HandleAsync;

    static void Log(Exception exception) => LambdaLogger.Log(LogLevel.Error, exception, "Readings could not be stored.");
});
