using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace KinesisPatterns.Lambdas.SeriesStore;

/// <summary>
/// A session with InfluxDB 2, signed in with the user that Timestream for InfluxDB made and keeps in a secret
/// (https://docs.influxdata.com/influxdb/v2/api/v2/#operation/PostSignin).
/// </summary>
/// <param name="http">The client.</param>
/// <param name="url">The server's address.</param>
/// <param name="secret">Reads the secret: JSON with username and password.</param>
public sealed class InfluxSession(HttpClient http, Uri url, Func<CancellationToken, Task<string>> secret) : IInfluxLogin, IDisposable
{
    private readonly SemaphoreSlim _one = new(1, 1);
    private string? _cookie;

    /// <summary>The session's cookie; signs in when there is no session.</summary>
    public async Task<string> GetAsync(CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            return _cookie ??= await SignInAsync(cancellationToken);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Makes the next call sign in again, unless that has been done since <paramref name="cookie"/>.</summary>
    public void Renew(string cookie) => Interlocked.CompareExchange(ref _cookie, null, cookie);

    /// <inheritdoc />
    public async Task<KeyValuePair<string, string>> HeaderAsync(CancellationToken cancellationToken) =>
        new("Cookie", await GetAsync(cancellationToken));

    /// <inheritdoc />
    public void Renew(KeyValuePair<string, string> header) => Renew(header.Value);

    /// <inheritdoc />
    public void Dispose() => _one.Dispose();

    private async Task<string> SignInAsync(CancellationToken cancellationToken)
    {
        // Read every time: the password may have been rotated since.
        var (user, password) = Parse(await secret(cancellationToken));
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(url, "api/v2/signin"));
        request.Headers.Authorization = new AuthenticationHeaderValue(
            "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}")));
        using var response = await http.SendAsync(request, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw new HttpRequestException(
                $"The series store did not let {user} sign in: {(int)response.StatusCode}", null, response.StatusCode);
        }

        var cookies = response.Headers.TryGetValues("Set-Cookie", out var values) ? values : [];
        return string.Join("; ", cookies.Select(cookie => cookie.Split(';')[0]));
    }

    private static (string User, string Password) Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return document.RootElement.TryGetProperty("username", out var user)
            && document.RootElement.TryGetProperty("password", out var password)
            ? (user.GetString()!, password.GetString()!)
            : throw new FormatException("The secret of the series store: expected JSON with username and password.");
    }
}
