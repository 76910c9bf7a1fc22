using System.Globalization;
using KinesisPatterns.Cli;

namespace KinesisPatterns.Anomalies.Tests;

public sealed class DetectCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("detect-");
    private readonly StringWriter _summary = new();
    private readonly StringWriter _problems = new();

    public void Dispose()
    {
        _folder.Delete(recursive: true);
        _summary.Dispose();
        _problems.Dispose();
    }

    [Fact]
    public void Scores_every_file_of_a_folder_under_its_own_path()
    {
        Write("in/one/a.csv", ["timestamp,value", .. Rows("yyyy-MM-dd HH:mm:ss")]);
        Write("in/two/b.csv", ["value,timestamp", .. Rows("yyyy-MM-dd HH:mm:ss").Select(row => string.Join(',', row.Split(',').Reverse()))]);

        Assert.Equal(0, Run("in"));

        Assert.Equal("timestamp,value,anomaly_score", Out("one/a.csv")[0]);
        Assert.Equal(Out("one/a.csv"), Out("two/b.csv"));
        var scores = Scores("one/a.csv");
        Assert.Equal(1_000, scores.Count);
        Assert.Equal(900, scores.IndexOf(scores.Max()));
        Assert.Contains("2 files, 2,000 points", _summary.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Times_of_all_kinds_mean_the_same()
    {
        Write("in/a.csv", ["timestamp,value", .. Rows("yyyy-MM-dd HH:mm:ss")]);
        Write("in/b.csv", ["timestamp,value", .. Rows("yyyy-MM-ddTHH:mm:ssZ")]);
        Write("in/c.csv", ["timestamp,value", .. Readings().Select(r => Invariant($"{r.Time / 1000},{r.Value}"))]);
        Write("in/d.csv", ["timestamp,value", .. Readings().Select(r => Invariant($"{r.Time},{r.Value}"))]);

        Assert.Equal(0, Run("in"));

        Assert.Equal(Scores("a.csv"), Scores("b.csv"));
        Assert.Equal(Scores("a.csv"), Scores("c.csv"));
        Assert.Equal(Scores("a.csv"), Scores("d.csv"));
    }

    [Fact]
    public void Rows_that_cannot_be_scored_are_kept_and_named()
    {
        Write("in/a.csv", ["timestamp,value", "2014-04-01 00:00:00,1", "yesterday,2", "2014-04-01 00:05:00,NaN", "2014-04-01 00:10:00", "2014-04-01 00:00:00,3", "", "2014-04-01 00:15:00,4"]);

        Assert.Equal(4, Run("in/a.csv"));

        Assert.Equal(["yesterday,2,0", "2014-04-01 00:05:00,NaN,0", "2014-04-01 00:10:00,,0", "2014-04-01 00:00:00,3,0"], Out("a.csv")[2..6]);
        var problems = _problems.ToString();
        Assert.Contains(":3: not scored: expected a time, got 'yesterday'", problems, StringComparison.Ordinal);
        Assert.Contains(":4: not scored: expected a finite number, got 'NaN'", problems, StringComparison.Ordinal);
        Assert.Contains(":5: not scored: expected a finite number, got ''", problems, StringComparison.Ordinal);
        Assert.Contains(":6: not scored: not newer than the row before", problems, StringComparison.Ordinal);
        Assert.Contains("2 points", _summary.ToString(), StringComparison.Ordinal);
        Assert.Contains("4 rows not scored", _summary.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nothing here", "expected a CSV file or a folder")]
    [InlineData("in", "expected a header")]
    public void Fails_on_what_is_no_series(string input, string message)
    {
        Write("in/a.csv", ["time;value", "1;2"]);

        var error = Assert.Throws<KinesisPatterns.Local.LocalHostException>(() => Run(input));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fails_when_the_scores_would_overwrite_the_input()
    {
        Write("out/a.csv", ["timestamp,value", "1,2"]);

        Assert.Throws<KinesisPatterns.Local.LocalHostException>(() => Run("out"));
    }

    private static IEnumerable<(long Time, double Value)> Readings() =>
        Waves.Daily(1_000).Select((reading, index) => index == 900 ? (reading.Time, 50) : reading);

    private static IEnumerable<string> Rows(string format) => Readings().Select(reading => Invariant(
        $"{DateTimeOffset.FromUnixTimeMilliseconds(reading.Time).ToString(format, CultureInfo.InvariantCulture)},{reading.Value}"));

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private long Run(string input) =>
        new DetectRun(Path.Combine(_folder.FullName, "out"), 0.99, _summary, _problems).Run(Path.Combine(_folder.FullName, input));

    private void Write(string name, string[] lines)
    {
        var path = Path.Combine(_folder.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllLines(path, lines);
    }

    private string[] Out(string name) => File.ReadAllLines(Path.Combine(_folder.FullName, "out", name));

    private List<double> Scores(string name) =>
        [.. Out(name).Skip(1).Select(row => double.Parse(row.Split(',')[2], CultureInfo.InvariantCulture))];
}
