using System.Buffers;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using KinesisPatterns.Lambdas.SeriesCalculator;

namespace Benchmarks;

/// <summary>Encoding of points as line protocol, in process.</summary>
internal static class LineProtocolScenario
{
    private const int Points = 200_000;
    private const int Rounds = 7;

    public static Task RunAsync()
    {
        var points = Enumerable.Range(0, Points).Select(number => new Point(
            new($"machine-{number % 100}", "temperature"),
            new(1_795_375_680_000 + number, 20 + (number * 0.01)),
            new Dictionary<string, string> { ["site"] = "hall 1", ["model"] = "x2" },
            Score: 0.25)).ToList();

        var bytes = Rate(() => Bytes(points));
        var strings = Rate(() => Strings(points));
        Report.Line($"{bytes:N0} points/s as bytes  {strings:N0} points/s as strings  {bytes / strings:F1}x");
        return Task.CompletedTask;
    }

    private static double Rate(Action encode)
    {
        encode();
        var seconds = Enumerable.Range(0, Rounds).Select(_ =>
        {
            var started = Stopwatch.GetTimestamp();
            encode();
            return Stopwatch.GetElapsedTime(started).TotalSeconds;
        });
        return Points / Report.Median([.. seconds]);
    }

    private static void Bytes(List<Point> points)
    {
        var text = new ArrayBufferWriter<byte>(32 * 1024 * 1024);
        foreach (var point in points)
        {
            LineProtocol.Write(text, point);
            text.Write("\n"u8);
        }
    }

    // A sorted set of tags, a StringBuilder for the line, and the bytes of all lines at the end.
    private static void Strings(List<Point> points)
    {
        var lines = new List<string>(points.Count);
        foreach (var point in points)
        {
            var line = new StringBuilder(Escaped(point.Series.Metric));
            var tags = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["device"] = point.Series.Device };
            foreach (var (name, value) in point.Tags!)
            {
                tags[name] = value;
            }

            foreach (var (name, value) in tags)
            {
                line.Append(',').Append(Escaped(name)).Append('=').Append(Escaped(value));
            }

            line.Append(CultureInfo.InvariantCulture, $" score={point.Score:R},value={point.Sample.Value:R} {point.Sample.Time}");
            lines.Add(line.ToString());
        }

        Encoding.UTF8.GetBytes(string.Join('\n', lines));
    }

    private static string Escaped(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var letter in text)
        {
            if (letter is ',' or ' ' or '=')
            {
                escaped.Append('\\');
            }

            escaped.Append(letter);
        }

        return escaped.ToString();
    }
}
