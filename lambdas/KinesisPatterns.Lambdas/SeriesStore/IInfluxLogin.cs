namespace KinesisPatterns.Lambdas.SeriesStore;

/// <summary>What lets requests to InfluxDB in.</summary>
public interface IInfluxLogin
{
    /// <summary>The header that lets a request in.</summary>
    Task<KeyValuePair<string, string>> HeaderAsync(CancellationToken cancellationToken);

    /// <summary>Makes the next call log in again, unless that has been done since that <paramref name="header"/>.</summary>
    void Renew(KeyValuePair<string, string> header);
}
