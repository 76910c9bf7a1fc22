using System.Globalization;
using KinesisPatterns.Anomalies;
using KinesisPatterns.Local;

namespace KinesisPatterns.Cli;

/// <summary>Scores files, each a series of its own, and sums up.</summary>
/// <param name="output">The folder of the scored files.</param>
/// <param name="threshold">The score from which on an onset is an anomaly.</param>
/// <param name="summary">Told of the anomalies and the totals.</param>
/// <param name="problems">Told of rows that could not be scored.</param>
internal sealed class DetectRun(string output, double threshold, TextWriter summary, TextWriter problems)
{
    private const int Shown = 20;

    private readonly List<(string File, Assessment Anomaly)> _anomalies = [];
    private long _points;
    private long _unscored;

    /// <summary>Scores the file, or every CSV file of the folder; the answer is the number of rows that could not be scored.</summary>
    public long Run(string input)
    {
        var isFolder = Directory.Exists(input);
        var root = isFolder ? input : Path.GetDirectoryName(Path.GetFullPath(input))!;
        string[] files = isFolder
            ? [.. Directory.EnumerateFiles(input, "*.csv", SearchOption.AllDirectories).Order(StringComparer.Ordinal)]
            : File.Exists(input) ? [input] : throw new LocalHostException($"{input}: expected a CSV file or a folder of them, got nothing.");
        if (files.Length == 0)
        {
            throw new LocalHostException($"{input}: expected CSV files, got none.");
        }

        if (Path.TrimEndingDirectorySeparator(Path.GetFullPath(root)) == Path.TrimEndingDirectorySeparator(Path.GetFullPath(output)))
        {
            throw new LocalHostException($"--out: expected another folder than that of the input, which would be overwritten, got {output}.");
        }

        var started = TimeProvider.System.GetTimestamp();
        foreach (var file in files)
        {
            Detect(file, Path.GetRelativePath(root, file));
        }

        Summarize(files.Length, TimeProvider.System.GetElapsedTime(started).TotalSeconds);
        return _unscored;
    }

    private void Detect(string file, string name)
    {
        var target = Path.Combine(output, name);
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(target))!);
        using var reader = new StreamReader(file);
        using var writer = new StreamWriter(target) { NewLine = "\n" };
        var columns = SeriesColumns.Of(reader.ReadLine())
            ?? throw new LocalHostException($"{file}: expected a header with the columns timestamp and value.");
        writer.WriteLine("timestamp,value,anomaly_score");

        var detector = new AnomalyDetector();
        var unscored = 0;
        for (var line = 2; reader.ReadLine() is { } text; line++)
        {
            if (text.Length == 0)
            {
                continue;
            }

            var row = columns.Read(text);
            var problem = row.Problem;
            var score = 0.0;
            if (problem is null)
            {
                if (detector.Add(row.Time, row.Value) is { } assessment)
                {
                    _points++;
                    score = Onset(name, assessment);
                }
                else
                {
                    problem = "not newer than the row before";
                }
            }

            if (problem is not null && ++unscored <= Shown)
            {
                problems.WriteLine($"{file}:{line}: not scored: {problem}");
            }

            writer.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{row.TimeText},{row.ValueText},{score:0.#######}"));
        }

        if (unscored > Shown)
        {
            problems.WriteLine($"{file}: {unscored - Shown} more rows not scored");
        }

        _unscored += unscored;
    }

    private double Onset(string name, in Assessment assessment)
    {
        if (!assessment.IsOnset)
        {
            return 0;
        }

        if (assessment.Score >= threshold)
        {
            _anomalies.Add((name, assessment));
        }

        return assessment.Score;
    }

    private void Summarize(int files, double seconds)
    {
        foreach (var (file, anomaly) in _anomalies.OrderByDescending(entry => entry.Anomaly.Score).Take(Shown))
        {
            Line($"{file} {DateTimeOffset.FromUnixTimeMilliseconds(anomaly.Time):yyyy-MM-dd HH:mm:ss} score {anomaly.Score:0.#####}: {anomaly.Reason}");
        }

        if (_anomalies.Count > Shown)
        {
            Line($"and {_anomalies.Count - Shown} more anomalies");
        }

        Line($"{files} files, {_points:N0} points, {_points / seconds:N0} points per second, {_anomalies.Count:N0} anomalies (score of {threshold} or more), {_unscored:N0} rows not scored");
    }

    private void Line(FormattableString text) => summary.WriteLine(text.ToString(CultureInfo.InvariantCulture));
}
