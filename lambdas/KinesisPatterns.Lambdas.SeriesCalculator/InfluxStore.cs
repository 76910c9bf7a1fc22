using System.Buffers;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using KinesisPatterns.Lambdas.SeriesStore;

namespace KinesisPatterns.Lambdas.SeriesCalculator;

/// <summary>InfluxDB, which takes line protocol over HTTP, whatever its version.</summary>
/// <param name="http">The client.</param>
/// <param name="write">Where points are written, in milliseconds: see <see cref="InfluxAddress"/>.</param>
/// <param name="login">What lets requests in.</param>
/// <param name="onError">Told of what could not be written.</param>
internal sealed class InfluxStore(HttpClient http, Uri write, IInfluxLogin login, Action<Exception> onError) : ISeriesStore
{
    private const int MaximumLines = 5_000;

    // Of InfluxDB 3: https://docs.aws.amazon.com/timestream/latest/developerguide/max-http-request-size.html
    private const int MaximumBytes = 10 * 1024 * 1024;
    private const int Attempts = 5;

    public async Task<bool[]> WriteAsync(IReadOnlyList<Point> points, CancellationToken cancellationToken)
    {
        var stored = new bool[points.Count];
        var buffer = new ArrayBufferWriter<byte>(64 * 1024);
        var batch = new List<Entry>();
        for (var index = 0; index < points.Count; index++)
        {
            var start = buffer.WrittenCount;
            LineProtocol.Write(buffer, points[index]);
            buffer.Write("\n"u8);
            if (batch.Count == MaximumLines || (batch.Count > 0 && buffer.WrittenCount - batch[0].Start > MaximumBytes))
            {
                await WriteAsync(buffer.WrittenMemory, batch, stored, cancellationToken);
                batch.Clear();
            }

            batch.Add(new(index, start, buffer.WrittenCount, points[index].Anomaly is null ? 1 : 2));
        }

        await WriteAsync(buffer.WrittenMemory, batch, stored, cancellationToken);
        return stored;
    }

    /// <summary>
    /// Writes the points. When the server says which lines it refuses, those fail; when it only says that it refuses some,
    /// each half is tried by itself, until only bad points are left.
    /// </summary>
    private async Task WriteAsync(
        ReadOnlyMemory<byte> text, List<Entry> points, bool[] stored, CancellationToken cancellationToken)
    {
        if (points.Count == 0)
        {
            return;
        }

        try
        {
            var (status, message) = await PostAsync(text[points[0].Start..points[^1].End], cancellationToken);
            if ((int)status is >= 200 and < 300)
            {
                points.ForEach(point => stored[point.Index] = true);
            }
            else if (status == HttpStatusCode.BadRequest && PartialWrite.RefusedLines(message) is { Count: > 0 } refused)
            {
                Keep(points, refused, stored);
                onError(new HttpRequestException($"{refused.Count} lines were refused: {message}"));
            }
            else if (points.Count > 1 && status is HttpStatusCode.BadRequest
                or HttpStatusCode.UnprocessableEntity or HttpStatusCode.RequestEntityTooLarge)
            {
                var half = points.Count / 2;
                await WriteAsync(text, points[..half], stored, cancellationToken);
                await WriteAsync(text, points[half..], stored, cancellationToken);
            }
            else
            {
                onError(new HttpRequestException($"{points.Count} points could not be written: {(int)status} {message}"));
            }
        }
        catch (Exception exception)
        {
            // What is not stored is reported as such; Lambda delivers it again.
            onError(exception);
        }
    }

    private static void Keep(List<Entry> points, HashSet<int> refused, bool[] stored)
    {
        var line = 1;
        foreach (var point in points)
        {
            stored[point.Index] = !Enumerable.Range(line, point.Lines).Any(refused.Contains);
            line += point.Lines;
        }
    }

    private async Task<(HttpStatusCode Status, string Message)> PostAsync(ReadOnlyMemory<byte> lines, CancellationToken cancellationToken)
    {
        var body = Compress(lines.Span);
        var renewed = false;
        for (var attempt = 1; ; attempt++)
        {
            TimeSpan pause;
            try
            {
                var header = await login.HeaderAsync(cancellationToken);
                using var request = new HttpRequestMessage(HttpMethod.Post, write) { Content = new ByteArrayContent(body) };
                request.Headers.Add(header.Key, header.Value);
                request.Content.Headers.ContentType = new MediaTypeHeaderValue("text/plain") { CharSet = "utf-8" };
                request.Content.Headers.ContentEncoding.Add("gzip");
                using var response = await http.SendAsync(request, cancellationToken);
                if (response.StatusCode == HttpStatusCode.Unauthorized && !renewed)
                {
                    renewed = true;
                    login.Renew(header);
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

    private static byte[] Compress(ReadOnlySpan<byte> lines)
    {
        var body = new MemoryStream();
        using (var gzip = new GZipStream(body, CompressionLevel.Fastest))
        {
            gzip.Write(lines);
        }

        return body.ToArray();
    }

    /// <summary>A point as it lies in the text: an anomaly is a line of its own.</summary>
    private readonly record struct Entry(int Index, int Start, int End, int Lines);
}
