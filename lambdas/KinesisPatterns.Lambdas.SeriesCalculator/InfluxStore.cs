using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using KinesisPatterns.Lambdas.SeriesStore;

namespace KinesisPatterns.Lambdas.SeriesCalculator;

/// <summary>InfluxDB 2: POST /api/v2/write (https://docs.influxdata.com/influxdb/v2/api/).</summary>
/// <param name="http">The client.</param>
/// <param name="url">The server's address.</param>
/// <param name="organization">Who the bucket belongs to.</param>
/// <param name="bucket">Where to.</param>
/// <param name="session">What lets requests in.</param>
/// <param name="onError">Told of what could not be written.</param>
internal sealed class InfluxStore(
    HttpClient http, Uri url, string organization, string bucket, InfluxSession session, Action<Exception> onError) : ISeriesStore
{
    private const int MaximumLines = 5_000;
    private const int MaximumBytes = 10 * 1024 * 1024;
    private const int Attempts = 5;

    private readonly Uri _write = new(
        url, $"api/v2/write?org={Uri.EscapeDataString(organization)}&bucket={Uri.EscapeDataString(bucket)}&precision=ms");

    public async Task<bool[]> WriteAsync(IReadOnlyList<Point> points, CancellationToken cancellationToken)
    {
        var stored = new bool[points.Count];
        var batch = new List<(int Index, byte[] Line)>();
        var bytes = 0;
        for (var index = 0; index < points.Count; index++)
        {
            var line = Encoding.UTF8.GetBytes(LineProtocol.Line(points[index]));
            if (batch.Count == MaximumLines || bytes + line.Length + 1 > MaximumBytes)
            {
                await WriteAsync(batch, stored, cancellationToken);
                (batch, bytes) = ([], 0);
            }

            batch.Add((index, line));
            bytes += line.Length + 1;
        }

        await WriteAsync(batch, stored, cancellationToken);
        return stored;
    }

    /// <summary>Writes the lines; when the server refuses what they say, each half by itself, until only bad lines are left.</summary>
    private async Task WriteAsync(List<(int Index, byte[] Line)> lines, bool[] stored, CancellationToken cancellationToken)
    {
        if (lines.Count == 0)
        {
            return;
        }

        try
        {
            var (status, message) = await PostAsync(lines, cancellationToken);
            if ((int)status is >= 200 and < 300)
            {
                lines.ForEach(line => stored[line.Index] = true);
            }
            else if (lines.Count > 1 && status is HttpStatusCode.BadRequest
                or HttpStatusCode.UnprocessableEntity or HttpStatusCode.RequestEntityTooLarge)
            {
                var half = lines.Count / 2;
                await WriteAsync(lines[..half], stored, cancellationToken);
                await WriteAsync(lines[half..], stored, cancellationToken);
            }
            else
            {
                onError(new HttpRequestException($"{lines.Count} points could not be written: {(int)status} {message}"));
            }
        }
        catch (Exception exception)
        {
            // What is not stored is reported as such; Lambda delivers it again.
            onError(exception);
        }
    }

    private async Task<(HttpStatusCode Status, string Message)> PostAsync(
        List<(int Index, byte[] Line)> lines, CancellationToken cancellationToken)
    {
        var body = Compress(lines);
        var renewed = false;
        for (var attempt = 1; ; attempt++)
        {
            TimeSpan pause;
            try
            {
                var cookie = await session.GetAsync(cancellationToken);
                using var request = new HttpRequestMessage(HttpMethod.Post, _write) { Content = new ByteArrayContent(body) };
                request.Headers.Add("Cookie", cookie);
                request.Content.Headers.ContentType = new MediaTypeHeaderValue("text/plain") { CharSet = "utf-8" };
                request.Content.Headers.ContentEncoding.Add("gzip");
                using var response = await http.SendAsync(request, cancellationToken);
                if (response.StatusCode == HttpStatusCode.Unauthorized && !renewed)
                {
                    renewed = true;
                    session.Renew(cookie);
                    continue;
                }

                if (!IsPassing(response.StatusCode) || attempt == Attempts)
                {
                    return (response.StatusCode, await response.Content.ReadAsStringAsync(cancellationToken));
                }

                pause = RetryAfter(response) ?? Backoff.Pause(attempt);
            }
            catch (HttpRequestException) when (attempt < Attempts)
            {
                pause = Backoff.Pause(attempt);
            }

            await Task.Delay(pause, cancellationToken);
        }
    }

    private static bool IsPassing(HttpStatusCode status) => status == HttpStatusCode.TooManyRequests || (int)status >= 500;

    private static TimeSpan? RetryAfter(HttpResponseMessage response)
    {
        var pause = response.Headers.RetryAfter?.Delta ?? (response.Headers.RetryAfter?.Date - DateTimeOffset.UtcNow);
        return pause > TimeSpan.Zero ? pause : null;
    }

    private static byte[] Compress(List<(int Index, byte[] Line)> lines)
    {
        var body = new MemoryStream();
        using (var gzip = new GZipStream(body, CompressionLevel.Fastest))
        {
            foreach (var (_, line) in lines)
            {
                gzip.Write(line);
                gzip.Write("\n"u8);
            }
        }

        return body.ToArray();
    }
}
