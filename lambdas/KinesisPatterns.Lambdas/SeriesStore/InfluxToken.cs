using System.Text.Json;

namespace KinesisPatterns.Lambdas.SeriesStore;

/// <summary>The token that Timestream for InfluxDB 3 made and keeps in a secret, as <c>token</c>.</summary>
/// <param name="secret">Reads the secret.</param>
public sealed class InfluxToken(Func<CancellationToken, Task<string>> secret) : IInfluxLogin
{
    private string? _token;

    /// <inheritdoc />
    public async Task<KeyValuePair<string, string>> HeaderAsync(CancellationToken cancellationToken)
    {
        var token = Volatile.Read(ref _token);
        if (token is null)
        {
            token = Parse(await secret(cancellationToken));
            Volatile.Write(ref _token, token);
        }

        return Header(token);
    }

    /// <inheritdoc />
    public void Renew(KeyValuePair<string, string> header)
    {
        var token = Volatile.Read(ref _token);
        if (token is not null && Header(token).Value == header.Value)
        {
            Interlocked.CompareExchange(ref _token, null, token);
        }
    }

    private static KeyValuePair<string, string> Header(string token) => new("Authorization", $"Bearer {token}");

    private static string Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.TryGetProperty("token", out var token) && token.GetString() is { Length: > 0 } text
            ? text
            : throw new FormatException("The secret of the series store: expected JSON with token.");
    }
}
