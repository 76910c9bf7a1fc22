using Amazon.DynamoDBv2;
using Amazon.EventBridge;
using Amazon.Lambda.Core;
using Amazon.SecretsManager;
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
        new(table, window, detection), new(), detection, Store(), alerts, new EmbeddedMetrics(Console.OpenStandardOutput()), Log).HandleAsync;

    static void Log(Exception exception) => LambdaLogger.Log(LogLevel.Error, exception, "Readings could not be stored.");

    static InfluxStore Store()
    {
        var kind = Settings.Required("SERIES_STORE");
        if (kind != "influx-2")
        {
            throw new InvalidOperationException($"SERIES_STORE: expected influx-2, got '{kind}'.");
        }

        var url = Settings.Address("INFLUX_URL");
        var secret = Settings.Required("INFLUX_SECRET_ARN");
        var secrets = new AmazonSecretsManagerClient();
        var http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { Timeout = TimeSpan.FromSeconds(30) };
        return new(
            http, url, Settings.Required("INFLUX_ORGANIZATION"), Settings.Required("INFLUX_BUCKET"),
            new(http, url, Login), Log);

        async Task<string> Login(CancellationToken token) =>
            (await secrets.GetSecretValueAsync(new() { SecretId = secret }, token)).SecretString
            ?? throw new FormatException($"{secret}: expected a secret of text.");
    }
});
