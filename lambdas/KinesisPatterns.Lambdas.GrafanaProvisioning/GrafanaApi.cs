using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace KinesisPatterns.Lambdas.GrafanaProvisioning;

/// <summary>An answer of Grafana's.</summary>
internal readonly record struct GrafanaAnswer(HttpStatusCode Status, string Text)
{
    public bool IsGone => Status == HttpStatusCode.NotFound;

    public JsonNode Json => JsonNode.Parse(Text) ?? throw new FormatException("Expected JSON, got null.");
}

/// <summary>Grafana refused something; the message says what, and never with which token.</summary>
internal sealed class GrafanaException(string message) : Exception(message);

/// <summary>
/// Grafana's HTTP API (https://grafana.com/docs/grafana/latest/developers/http_api/), with patience for a workspace that
/// has only just been made.
/// </summary>
/// <param name="http">The client.</param>
/// <param name="url">The workspace's address.</param>
/// <param name="token">A service account's token.</param>
/// <param name="pause">How long to wait after so many attempts.</param>
internal sealed class GrafanaApi(HttpClient http, Uri url, string token, Func<int, TimeSpan> pause)
{
    private const int Attempts = 30;

    public Task<GrafanaAnswer> GetAsync(string path, CancellationToken cancellation) =>
        SendAsync(HttpMethod.Get, path, null, cancellation, HttpStatusCode.NotFound);

    /// <summary>Sends what has to be taken, or answered with one of the <paramref name="others"/>.</summary>
    public async Task<GrafanaAnswer> SendAsync(
        HttpMethod method, string path, JsonNode? body, CancellationToken cancellation, params HttpStatusCode[] others)
    {
        for (var attempt = 1; ; attempt++)
        {
            TimeSpan wait;
            try
            {
                var (answer, retryAfter) = await OnceAsync(method, path, body, cancellation);
                if ((int)answer.Status is >= 200 and < 300 || others.Contains(answer.Status))
                {
                    return answer;
                }

                var passing = answer.Status == HttpStatusCode.TooManyRequests || (int)answer.Status >= 500;
                if (!passing || attempt == Attempts)
                {
                    throw new GrafanaException($"{method} /{path} was answered {(int)answer.Status}: {Short(answer.Text)}");
                }

                wait = retryAfter ?? pause(attempt);
            }
            catch (HttpRequestException) when (attempt < Attempts)
            {
                // Its name may not be known yet.
                wait = pause(attempt);
            }

            await Task.Delay(wait, cancellation);
        }
    }

    private async Task<(GrafanaAnswer Answer, TimeSpan? RetryAfter)> OnceAsync(
        HttpMethod method, string path, JsonNode? body, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(method, new Uri(url, path));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        request.Content = body is null ? null : new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var response = await http.SendAsync(request, cancellation);
        var text = await response.Content.ReadAsStringAsync(cancellation);
        return (new(response.StatusCode, text), response.Headers.RetryAfter?.Delta);
    }

    private static string Short(string text) => text.Length <= 500 ? text : $"{text[..500]} ...";
}
