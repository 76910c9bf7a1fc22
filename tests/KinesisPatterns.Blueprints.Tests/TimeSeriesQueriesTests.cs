using System.Globalization;
using InfluxTests;

namespace KinesisPatterns.Blueprints.Tests;

/// <summary>Every query of the TimeSeries dashboards and alerts, asked of a real InfluxDB.</summary>
public sealed class TimeSeriesQueriesTests : IAsyncLifetime
{
    private const long Start = 1_700_000_040_000;

    // Series as name{tags}, rows as seconds after the start and values.
    private static readonly Dictionary<string, string> _expected = new()
    {
        ["fleet: choice of metric"] = "measurements 'humidity' 'temperature'",
        ["fleet: Anomalies"] = "anomalies:detected 70 'nine too high' 'm1' 'temperature'",
        ["fleet: Devices that report $metric A"] = "temperature 0 2",
        ["fleet: Readings of $metric A"] = "temperature 0 4",
        ["fleet: Anomalies A"] = "anomalies:detected 0 1",
        ["fleet: Highest anomaly score A"] = "temperature 70 0.97",
        ["fleet: $metric of each device A"] = "temperature{m1} 0 21, 60 30; temperature{m2} 0 10",
        ["fleet: Latest $metric A"] = "temperature{m1} 70 30; temperature{m2} 5 10",
        ["fleet: Readings stored, by metric A"] = "humidity 0 1, 60 1; temperature 0 3, 60 1",
        ["fleet: How $metric is spread over the fleet A"] = "temperature{m1} 0 21, 60 30; temperature{m2} 0 10",
        ["fleet: Anomaly score by device (highest of $metric) A"] = "temperature{m1} 0 0.2, 60 0.97",
        ["fleet: Anomalies, newest first A"] = "anomalies:detected 70 'm1' 'temperature' 30 21.5 0.97 'nine too high'",
        ["device: choice of device"] = "humidity 'device' 'm1', 'device' 'm2'; temperature 'device' 'm1', 'device' 'm2'",
        ["device: choice of metric"] = "measurements 'humidity' 'temperature'",
        ["device: Anomalies"] = "anomalies:detected 70 'nine too high' 'temperature'",
        ["device: Latest values A"] = "humidity 0 50; temperature 70 30",
        ["device: Readings A"] = "humidity 0 1; temperature 0 3",
        ["device: $metric A"] = "humidity 0 50; temperature 0 21, 60 30",
        ["device: $metric B"] = "humidity 0 50; temperature 0 20, 60 30",
        ["device: $metric C"] = "humidity 0 50; temperature 0 22, 60 30",
        ["device: Anomaly score A"] = "temperature 0 0.2, 60 0.97",
        ["device: Anomalies, newest first A"] = "anomalies:detected 70 'temperature' 30 21.5 0.97 'nine too high'",
        ["alert: No device reports"] = "humidity 0 2; temperature 0 4",
        ["alert: Anomalies were detected"] = "anomalies:detected{m1} 0 1",
    };

    private readonly JsonNode _content = Blueprint.GrafanaContent("TimeSeries");
    private InfluxServer? _influx;

    public async ValueTask InitializeAsync()
    {
        _influx = await InfluxServer.StartAsync();
        await _influx.WriteAsync($$"""
            temperature,device=m1,site=a value=20,score=0.1 {{Start}}
            temperature,device=m1,site=a value=22,score=0.2 {{Start + 10_000}}
            temperature,device=m1,site=a value=30,score=0.97 {{Start + 70_000}}
            temperature,device=m2,site=b value=10 {{Start + 5_000}}
            humidity,device=m1,site=a value=50 {{Start}}
            humidity,device=m2,site=b value=60 {{Start + 65_000}}
            temperature,device=m1,site=a value=99 {{Start - 1}}
            anomalies:detected,device=m1,metric=temperature score=0.97,value=30,expected=21.5,reason="nine too high" {{Start + 70_000}}
            """);
    }

    public ValueTask DisposeAsync() => _influx?.DisposeAsync() ?? default;

    [Fact]
    public void None_is_left_out() => Assert.Equal(_expected.Keys.Order(), Queries().Select(one => one.Name).Order());

    [Fact]
    public async Task Each_finds_what_its_panel_is_to_show()
    {
        foreach (var (name, query) in Queries())
        {
            var statement = Grafana.Statement(
                query, Start, Start + 120_000, ("metric", ["temperature", "humidity"]), ("device", ["m1"]));

            var answer = JsonNode.Parse(await _influx!.QueryAsync(statement))!["results"]![0]!;

            Assert.True(_expected[name] == Text(answer), $"{name}\n{statement}\n{answer.ToJsonString()}");
        }
    }

    [Theory]
    [InlineData("machine.1", "machine-1")]
    [InlineData("temperature", "temperatures")]
    public async Task A_chosen_name_is_no_pattern(string chosen, string other)
    {
        await _influx!.WriteAsync($"{chosen},device=m9 value=1 {Start}\n{other},device=m9 value=2 {Start}");
        var query = Queries().Single(one => one.Name == "device: Latest values A").Query;

        var statement = Grafana.Statement(query, Start, Start + 1, ("metric", [chosen]), ("device", ["m9"]));
        var answer = JsonNode.Parse(await _influx.QueryAsync(statement))!["results"]![0]!;

        Assert.Equal($"{chosen} 0 1", Text(answer));
    }

    private IEnumerable<(string Name, string Query)> Queries()
    {
        foreach (var dashboard in _content["dashboards"]!.AsArray())
        {
            var id = ((string)dashboard!["uid"]!).Split('-')[^1];
            foreach (var variable in dashboard["templating"]!["list"]!.AsArray())
            {
                yield return ($"{id}: choice of {variable!["name"]}", (string)variable["query"]!);
            }

            foreach (var annotation in dashboard["annotations"]!["list"]!.AsArray())
            {
                yield return ($"{id}: {annotation!["name"]}", (string)annotation["target"]!["query"]!);
            }

            foreach (var panel in dashboard["panels"]!.AsArray())
            {
                foreach (var target in panel!["targets"]!.AsArray().Where(target => target!["query"] is not null))
                {
                    yield return ($"{id}: {panel["title"]} {target!["refId"]}", (string)target["query"]!);
                }
            }
        }

        foreach (var rule in _content["alerts"]!["rules"]!.AsArray())
        {
            yield return ($"alert: {rule!["title"]}", (string)rule["data"]![0]!["model"]!["query"]!);
        }
    }

    private static string Text(JsonNode result) => string.Join("; ", (result["series"]?.AsArray() ?? []).Select(series =>
    {
        var tags = series!["tags"] is JsonObject all ? $"{{{string.Join(',', all.Select(tag => tag.Value))}}}" : "";
        var rows = series["values"]!.AsArray().Select(row => string.Join(' ', row!.AsArray().Select(Cell)));
        return $"{series["name"]}{tags} {string.Join((string?)series["columns"]![0] == "name" ? " " : ", ", rows)}";
    }));

    private static string Cell(JsonNode? value, int column) => value switch
    {
        null => "null",
        JsonValue text when text.GetValueKind() == JsonValueKind.String => $"'{text}'",
        { } time when column == 0 => Number(((double)time - Start) / 1000),
        { } number => Number((double)number),
    };

    private static string Number(double number) => number.ToString(CultureInfo.InvariantCulture);
}
