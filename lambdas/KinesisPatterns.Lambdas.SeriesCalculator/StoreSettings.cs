using Amazon.SecretsManager;
using Amazon.TimestreamWrite;
using KinesisPatterns.Lambdas.SeriesStore;

namespace KinesisPatterns.Lambdas.SeriesCalculator;

/// <summary>The series store that the environment variables name (docs/time-series.md).</summary>
internal static class StoreSettings
{
    public static ISeriesStore Store(Action<Exception> onError) => Settings.Required("SERIES_STORE") switch
    {
        "influx-2" => Influx(
            InfluxAddress.Version2(Url, Settings.Required("INFLUX_ORGANIZATION"), Settings.Required("INFLUX_BUCKET")),
            http => new InfluxSession(http, Url, Secret()),
            onError),
        "influx-3" => Influx(
            InfluxAddress.Version3(Url, Settings.Required("INFLUX_DATABASE")), _ => new InfluxToken(Secret()), onError),
        "timestream" => new TimestreamStore(
            new AmazonTimestreamWriteClient(),
            Settings.Required("TIMESTREAM_DATABASE"),
            Settings.Required("TIMESTREAM_TABLE"),
            onError),
        var other => throw new InvalidOperationException(
            $"SERIES_STORE: expected influx-2, influx-3 or timestream, got '{other}'."),
    };

    private static Uri Url => Settings.Address("INFLUX_URL");

    private static InfluxStore Influx(Uri write, Func<HttpClient, IInfluxLogin> login, Action<Exception> onError)
    {
        var http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { Timeout = TimeSpan.FromSeconds(30) };
        return new(http, write, login(http), onError);
    }

    private static Func<CancellationToken, Task<string>> Secret()
    {
        var arn = Settings.Required("INFLUX_SECRET_ARN");
        var secrets = new AmazonSecretsManagerClient();
        return async token => (await secrets.GetSecretValueAsync(new() { SecretId = arn }, token)).SecretString
            ?? throw new FormatException($"{arn}: expected a secret of text.");
    }
}
