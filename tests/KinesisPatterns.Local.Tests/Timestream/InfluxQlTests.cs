using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using InfluxTests;
using KinesisPatterns.Local.Timestream;
using KinesisPatterns.Local.Timestream.InfluxQl;

namespace KinesisPatterns.Local.Tests.Timestream;

/// <summary>The host's answers in InfluxQL, against those of a real InfluxDB over the same points.</summary>
public sealed class InfluxQlTests
{
    private const long Start = 1_700_000_000_000;
    private const int Points = 600;

    private static readonly string _shown = $"time >= {Start}ms and time <= {Start + 599_000}ms";

    private static readonly string[] _statements =
    [
        $"SELECT mean(\"value\") AS \"value\" FROM /^[^:]+$/ WHERE {_shown} GROUP BY time(1m), \"device\" fill(none)",
        $"SELECT min(\"value\") AS \"value\" FROM /^(temperature|power\\.total)$/ WHERE {_shown} AND \"device\" = 'm1' GROUP BY time(1m) fill(none)",
        $"SELECT max(\"value\") FROM \"temperature\" WHERE {_shown} GROUP BY \"device\", \"site\"",
        $"SELECT max(\"score\") AS \"score\" FROM /^[^:]+$/ WHERE {_shown}",
        $"SELECT min(\"value\") FROM /^[^:]+$/ WHERE {_shown}",
        $"SELECT last(\"value\") AS \"value\" FROM \"temperature\" WHERE {_shown} GROUP BY \"device\"",
        $"SELECT last(\"value\") FROM /./ WHERE {_shown}",
        $"SELECT count(\"value\") AS \"value\" FROM /^[^:]+$/ WHERE {_shown} GROUP BY time(30s) fill(none)",
        $"SELECT count(\"score\") AS \"score\" FROM \"anomalies:detected\" WHERE {_shown} GROUP BY \"device\"",
        $"SELECT sum(\"value\") FROM /^[^:]+$/ WHERE {_shown} AND \"site\" =~ /^(a|b)$/ GROUP BY \"site\"",
        $"SELECT mean(\"value\") FROM /^[^:]+$/ WHERE {_shown} AND \"site\" = '' GROUP BY \"site\"",
        $"SELECT count(\"value\") AS \"value\" FROM (SELECT last(\"value\") AS \"value\" FROM /^[^:]+$/ WHERE {_shown} GROUP BY \"device\") WHERE {_shown}",
        $"SELECT mean(\"value\") AS \"value\" FROM (SELECT max(\"value\") AS \"value\" FROM \"temperature\" WHERE {_shown} GROUP BY time(1m), \"device\" fill(none)) WHERE {_shown} GROUP BY time(1m) fill(none)",
        $"SELECT \"device\", \"metric\", \"value\", \"expected\", \"score\", \"reason\" FROM \"anomalies:detected\" WHERE {_shown} ORDER BY time DESC LIMIT 7",
        $"SELECT \"reason\" AS \"text\", \"device\" FROM \"anomalies:detected\" WHERE {_shown} AND \"device\" = 'm2'",
        $"SELECT \"value\" FROM \"anomalies:detected\" WHERE time > {Start}ms and time < {Start + 300_000}ms",
        "SELECT count(\"value\") FROM \"temperature\"",
        "SELECT last(\"value\") FROM \"temperature\" GROUP BY \"device\"",
        $"SELECT mean(\"value\") FROM \"nothing\" WHERE {_shown}",
        $"SELECT mean(\"nothing\") FROM \"temperature\" WHERE {_shown}",
        "SHOW MEASUREMENTS WITH MEASUREMENT =~ /^[^:]+$/",
        "SHOW MEASUREMENTS",
        "SHOW TAG VALUES FROM /^[^:]+$/ WITH KEY = \"device\"",
        "SHOW TAG VALUES FROM \"anomalies:detected\" WITH KEY = \"metric\"",
        "SHOW TAG VALUES FROM \"temperature\" WITH KEY = \"nothing\"",
    ];

    public static TheoryData<int> Seeds => [1, 2, 3];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Answers_as_a_real_InfluxDB_does(int seed)
    {
        await using var influx = await InfluxServer.StartAsync();
        var lines = Lines(new Random(seed));
        await influx.WriteAsync(lines);
        var engine = new Engine(Stored(lines));

        foreach (var statement in _statements)
        {
            var expected = JsonNode.Parse(await influx.QueryAsync(statement));
            var answer = engine.Run(statement, 1_000_000);

            Assert.True(JsonNode.DeepEquals(expected, answer), $"{statement}\n{expected!.ToJsonString()}\n{answer.ToJsonString()}");
        }
    }

    [Theory]
    [InlineData("SELECT derivative(\"value\") FROM \"temperature\"", "expected mean, min, max, count, sum or last at char 19")]
    [InlineData("SELECT mean(\"value\") FROM \"temperature\" GROUP BY time(1m)", "expected fill(none)")]
    [InlineData("SELECT mean(\"value\"), max(\"value\") FROM \"temperature\"", "expected one function by itself")]
    [InlineData("SELECT \"value\" FROM \"temperature\" GROUP BY \"device\"", "expected a function with GROUP BY")]
    [InlineData("SELECT \"value\" FROM \"temperature\" WHERE \"value\" > 3", "expected = at char 49")]
    [InlineData("DROP DATABASE readings", "expected SELECT at char 1")]
    [InlineData("SELECT 0(\"value\") FROM x", "expected a name")]
    public void Says_what_it_does_not_answer(string statement, string message)
    {
        var error = Assert.Throws<InfluxQlException>(() => new Engine(new()).Run(statement, 1));

        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains("docs/local-host.md", error.Message, StringComparison.Ordinal);
    }

    private static SeriesStore Stored(string lines)
    {
        var store = new SeriesStore();
        foreach (var point in lines.Split('\n').SelectMany(line => LineProtocol.Parse(line, 1_000_000, () => 0)))
        {
            store.Write(point);
        }

        return store;
    }

    // Whole numbers, so that sums do not depend on their order; times that meet, before, in and after what is shown.
    private static string Lines(Random random)
    {
        var lines = new StringBuilder();
        for (var i = 0; i < Points; i++)
        {
            var metric = random.Next(3) switch { 0 => "temperature", 1 => "humidity", _ => "power.total" };
            var site = random.Next(4) switch { 0 => ",site=a", 1 => ",site=b", 2 => ",site=c\\ d", _ => "" };
            var score = random.Next(3) == 0 ? $",score=0.{random.Next(1, 100)}" : "";
            var time = Start + (random.Next(-60, 660) * 1_000);
            lines.Append(
                CultureInfo.InvariantCulture,
                $"{metric},device=m{random.Next(1, 5)}{site} value={random.Next(-20, 100)}{score} {time}\n");
        }

        for (var i = 0; i < 20; i++)
        {
            lines.Append(
                CultureInfo.InvariantCulture,
                $"anomalies:detected,device=m{random.Next(1, 4)},metric=temperature score=0.9{i},value={i},reason=\"{i} \\\"above\\\", \\\\ it is\"{(i % 3 == 0 ? ",expected=1.5" : "")} {Start + (i * 31_000)}\n");
        }

        return lines.ToString().TrimEnd('\n');
    }
}
