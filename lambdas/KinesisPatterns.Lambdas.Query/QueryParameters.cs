using System.Buffers;
using System.Globalization;
using KinesisPatterns.Lambdas.Series;

namespace KinesisPatterns.Lambdas.Query;

/// <summary>The parameters of a request, checked.</summary>
internal sealed class QueryParameters(IDictionary<string, string>? query, TimeProvider time)
{
    private const int DefaultLimit = 100;
    private const int MaximumLimit = 1_000;
    private const long DefaultSpan = 3_600_000;

    private static readonly SearchValues<char> DeviceCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-");

    private static readonly SearchValues<char> MetricCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

    public static string Device(string device) => device.Length is > 0 and <= 128 && !device.AsSpan().ContainsAnyExcept(DeviceCharacters)
        ? device
        : throw new BadRequestException("device", "1 to 128 characters of A-Z a-z 0-9 . _ : -", device);

    public static SeriesKey Series(string device, string metric) =>
        metric.Length is > 0 and <= 64 && !metric.AsSpan().ContainsAnyExcept(MetricCharacters)
            ? new(Device(device), metric)
            : throw new BadRequestException("metric", "1 to 64 characters of A-Z a-z 0-9 . _ -", metric);

    /// <summary>The span asked for, from and to; a page that continues another is given that page's span.</summary>
    public (long From, long To) Span()
    {
        var to = Time("to") ?? time.GetUtcNow().ToUnixTimeMilliseconds();
        var from = Time("from") ?? Math.Max(Timestamps.Minimum, to - DefaultSpan);
        return from < to
            ? (from, to)
            : throw new BadRequestException("from", $"a time before to ({Timestamps.Text(to)})", Get("from") ?? Timestamps.Text(from));
    }

    public int Limit() => Number("limit", 1, MaximumLimit, step: 1) ?? DefaultLimit;

    /// <summary>The length of a period in seconds: the window's, or a multiple of it up to <paramref name="longest"/>.</summary>
    public int Period(int window, int longest) => Number("period", window, longest, window) ?? window;

    public string? Next() => Get("next");

    private string? Get(string name) => query is not null && query.TryGetValue(name, out var value) ? value : null;

    private long? Time(string name) => Get(name) is not { } text ? null
        : Timestamps.TryParse(text, out var parsed) ? parsed
        : throw new BadRequestException(name, "ISO 8601 with an offset, or milliseconds since 1970", text);

    private int? Number(string name, int minimum, int maximum, int step) => Get(name) is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value)
            && value >= minimum && value <= maximum && value % step == 0 ? value
        : throw new BadRequestException(
            name, step == 1 ? $"a whole number from {minimum} to {maximum}" : $"seconds, a multiple of {step} up to {maximum}", text);
}
